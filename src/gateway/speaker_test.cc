#include "gateway/speaker.h"

#include <gtest/gtest.h>

#include <string_view>

#include "gateway/connection_fixture.h"

namespace backstop::gateway {
namespace {

using enum SessionEnd;

constexpr SessionEnd kEnds[] = {Open, Closing, CutShort, Broken};

class SpeakerTest : public net::LoopTest {
 protected:
  SpeakerTest() { speaker_.open(); }

  bool has_an_error() { return speaker_.patience().has_too_many_errors({.errors = 0}); }
  const std::string& said() { return ends_.connection.output(); }

  ClientEnds ends_{loop_};
  Speaker speaker_{ends_.connection};
};

TEST_F(SpeakerTest, IsOpenOnceRepliesCanBeSaid) {
  Speaker speaker(ends_.connection);
  EXPECT_EQ(speaker.how(), Broken);
  EXPECT_FALSE(speaker.is_open());
  speaker.open();
  EXPECT_EQ(speaker.how(), Open);
  EXPECT_TRUE(speaker.is_open());
}

TEST_F(SpeakerTest, ALaterEndIsNeverLessGone) {
  for (const auto first : kEnds) {
    for (const auto second : kEnds) {
      Speaker speaker(ends_.connection);
      speaker.open();
      speaker.end(first);
      speaker.end(second);
      EXPECT_EQ(speaker.how(), std::max(first, second));
      EXPECT_EQ(speaker.is_open(), first == Open && second == Open);
    }
  }
}

TEST_F(SpeakerTest, RepliesWaitInTheOutputInTheirOrder) {
  speaker_.say({250, "2.0.0", "one"});
  speaker_.say(354, {}, "two");
  speaker_.say_to_recipient({450, "4.0.0", "three"}, false);
  EXPECT_EQ(said(), "250 2.0.0 one\r\n354 two\r\n450 4.0.0 three\r\n");
  EXPECT_TRUE(speaker_.is_open());
}

struct EndRow {
  std::string_view name;
  void (*say)(Speaker& speaker);
  SessionEnd want;
  std::string_view want_said;
};

const EndRow kLastWords[] = {
    {"a refusal", [](Speaker& to) { to.say({550, "5.0.0", "no"}); }, Open, "550 5.0.0 no\r\n"},
    {"421", [](Speaker& to) { to.say({421, "4.0.0", "bye"}); }, Closing, "421 4.0.0 bye\r\n"},
    {"421 of a next hop to a recipient",
     [](Speaker& to) { to.say_to_recipient({421, "4.0.0", "bye"}, true); }, Closing, "421 4.0.0 bye\r\n"},
    {"420 to a recipient", [](Speaker& to) { to.say_to_recipient({420, "4.0.0", "x"}, true); }, Open,
     "420 4.0.0 x\r\n"},
    {"closed with a reply", [](Speaker& to) { to.close_with({221, "2.0.0", "bye"}); }, Closing,
     "221 2.0.0 bye\r\n"},
    {"cut short", [](Speaker& to) { to.cut_short({221, "2.0.0", "bye"}); }, CutShort, "221 2.0.0 bye\r\n"},
    {"cut short with 421", [](Speaker& to) { to.cut_short({421, "4.0.0", "bye"}); }, CutShort,
     "421 4.0.0 bye\r\n"},
};

TEST_F(SpeakerTest, ALastReplyEndsTheSession) {
  for (const auto& row : kLastWords) {
    ends_.connection.output().clear();
    Speaker speaker(ends_.connection);
    speaker.open();
    row.say(speaker);
    EXPECT_EQ(speaker.how(), row.want) << row.name;
    EXPECT_EQ(said(), row.want_said) << row.name;
  }
}

TEST_F(SpeakerTest, ACutShortSessionStaysCutShort) {
  speaker_.cut_short({421, "4.0.0", "one"});
  speaker_.close_with({421, "4.0.0", "two"});
  EXPECT_EQ(speaker_.how(), CutShort);
}

TEST_F(SpeakerTest, EachReplyIsCounted) {
  const struct {
    std::string_view name;
    void (*say)(Speaker& speaker);
    bool want_error;
  } rows[] = {
      {"taken", [](Speaker& to) { to.say({250, "2.0.0", "x"}); }, false},
      {"refused", [](Speaker& to) { to.say({550, "5.0.0", "x"}); }, true},
      {"refused, in one line", [](Speaker& to) { to.say(500, "5.0.0", "x"); }, true},
      {"a recipient", [](Speaker& to) { to.say_to_recipient({550, "5.0.0", "x"}, false); }, true},
      {"a recipient, excused", [](Speaker& to) { to.say_to_recipient({550, "5.0.0", "x"}, true); }, false},
      {"the last reply", [](Speaker& to) { to.close_with({550, "5.0.0", "x"}); }, true},
  };
  for (const auto& row : rows) {
    speaker_.patience() = {};
    row.say(speaker_);
    EXPECT_EQ(has_an_error(), row.want_error) << row.name;
  }
}

}  // namespace
}  // namespace backstop::gateway
