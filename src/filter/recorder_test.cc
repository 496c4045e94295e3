// What the history says of a message.
#include "filter/recorder.h"

#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

class MilterRecorderTest : public FilterTest {};

TEST_F(MilterRecorderTest, AnArrivalHasItsStageAndNoTag) {
  site_.has_tags = true;
  EXPECT_THAT(ask(bounce()).end, ElementsAre(StartsWith("y 550 ")));
  ASSERT_EQ(journal_.events.size(), 1u);
  const auto& event = journal_.events[0];
  EXPECT_EQ(event.stage, "reject");
  EXPECT_EQ(event.tag, "");
  EXPECT_EQ(event.reverse_path, "");
  EXPECT_EQ(event.kind, "dsn-failed");
  EXPECT_EQ(event.verdict, store::Verdict::Refuse);
  EXPECT_THAT(event.reply, StartsWith("550 5.7.1 "));
  EXPECT_EQ(event.time, at_noon());
}

TEST_F(MilterRecorderTest, MailThatLeavesHasItsTagAndNoStage) {
  site_.has_tags = true;
  site_.has_watermark = false;
  Told told{.sender = "<ann@example.org>", .recipients = {{"<eve@else.test>"}}, .login = "ann"};
  EXPECT_EQ(ask(told).end.back(), "a");
  ASSERT_EQ(journal_.events.size(), 1u);
  EXPECT_EQ(journal_.events[0].stage, "");
  EXPECT_EQ(journal_.events[0].tag, "key-0");
  site_.has_tags = false;
  EXPECT_EQ(ask(told).header_end, "a");
  EXPECT_EQ(journal_.events.back().tag, "");
}

TEST_F(MilterRecorderTest, ARecipientThatIsNotTakenHasAnEventOfItsOwn) {
  site_.domains = {domain("example.org", policy::Stage::Reject), domain("label.test", policy::Stage::Label)};
  (void)ask(bounce({.recipients = {{"<bob@example.org>"}, {"<eve@label.test>"}}}));
  ASSERT_EQ(journal_.events.size(), 2u);
  EXPECT_THAT(journal_.events[0].recipients, ElementsAre("eve@label.test"));
  EXPECT_EQ(journal_.events[0].cause, "different-policy");
  EXPECT_EQ(journal_.events[0].done, store::Done::Deferred);
  EXPECT_EQ(journal_.events[0].gateway, "milter");
}

}  // namespace
}  // namespace backstop::filter
