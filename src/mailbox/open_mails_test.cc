#include "mailbox/open_mails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mailbox/log_fixture.h"

namespace backstop::mailbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::sys_seconds kTime{};

struct Fixture {
  explicit Fixture(LogLimits limits_) : limits(limits_) {}

  void send(std::string_view id, std::string_view recipient) {
    mails.set_sender({"mx", id}, "ann@example.org");
    mails.add_recipient({"mx", id}, recipient, kTime);
  }

  LogLimits limits;
  LogCounts counts;
  Gathered gathered;
  OpenMails mails{limits, counts, gathered};
};

TEST(OpenMails, AtTheLimitOfMailsNoneEndsAndPastItTheOldest) {
  Fixture fixture({.open_mails = 2});
  fixture.send("a", "1@example.com");
  fixture.send("b", "2@example.com");
  EXPECT_THAT(fixture.gathered.told, IsEmpty());
  // "a" is mentioned again, so "b" is the oldest.
  fixture.send("a", "3@example.com");
  fixture.send("c", "4@example.com");
  EXPECT_THAT(fixture.gathered.told, ElementsAre("ann@example.org > 2@example.com <>"));
  EXPECT_EQ(fixture.counts.evicted, 1);
  fixture.mails.end_all();
  EXPECT_EQ(fixture.counts.mails, 3);
  EXPECT_EQ(fixture.counts.evicted, 1);
}

TEST(OpenMails, PastTheLimitOfBytesTheOldestEnds) {
  constexpr std::size_t kOne = 1000;  // more than a mail of one recipient takes here, less than two do
  Fixture fixture({.open_bytes = kOne});
  fixture.send("a", "1@example.com");
  EXPECT_THAT(fixture.gathered.told, IsEmpty());
  for (const char* recipient : {"2@example.com", "3@example.com", "4@example.com"})
    fixture.send("b", recipient);
  fixture.send("c", "5@example.com");
  fixture.send("d", "6@example.com");
  EXPECT_THAT(fixture.gathered.told, testing::Contains("ann@example.org > 1@example.com <>"));
  fixture.mails.end_all();
  EXPECT_EQ(fixture.counts.mails, 4);
  EXPECT_EQ(fixture.counts.recipients, 6);
}

TEST(OpenMails, TheMailThatIsReadNeverEndsForItsOwnSize) {
  Fixture fixture({.open_bytes = 1});
  fixture.send("a", "1@example.com");
  fixture.send("a", "2@example.com");
  fixture.mails.end_all();
  EXPECT_THAT(fixture.gathered.told, ElementsAre("ann@example.org > 1@example.com 2@example.com <>"));
}

TEST(OpenMails, AnEvictedMailIsGivenAsFarAsItIsKnown) {
  Fixture fixture({.open_mails = 1});
  fixture.mails.add_recipient({"mx", "a"}, "1@example.com", kTime);
  fixture.mails.set_message_id({"mx", "b"}, "<b>", false);
  fixture.mails.set_sender({"mx", "c"}, "");
  fixture.mails.end_all();
  EXPECT_THAT(fixture.gathered.told, IsEmpty());
  EXPECT_EQ(fixture.counts,
            (LogCounts{.null_senders = 1, .without_sender = 1, .never_tried = 1, .evicted = 2}));
}

TEST(OpenMails, PastTheLimitOfRecipientsAMailComesInParts) {
  Fixture fixture({.recipients = 2});
  for (const char* recipient : {"3@example.com", "3@example.com", "1@example.com", "2@example.com"}) {
    fixture.send("a", recipient);
  }
  EXPECT_THAT(fixture.gathered.told, ElementsAre("ann@example.org > 1@example.com 3@example.com <>"));
  fixture.mails.end_all();
  EXPECT_EQ(fixture.gathered.told.size(), 2);
  EXPECT_EQ(fixture.counts, (LogCounts{.mails = 1, .recipients = 3, .without_id = 1}));
}

TEST(OpenMails, MemoryIsGivenBack) {
  Fixture fixture({.open_bytes = 10'000, .recipients = 50});
  for (int i = 0; i < 1000; ++i) fixture.send("a", std::to_string(i) + "@example.com");
  fixture.mails.set_sender({"mx", "b"}, "");
  fixture.mails.end({"mx", "a"});
  fixture.mails.end({"mx", "b"});
  for (int i = 0; i < 5; ++i) fixture.send("m" + std::to_string(i), "1@example.com");
  EXPECT_EQ(fixture.counts.evicted, 0);
}

TEST(OpenMails, TheEndOfAnUnknownMailIsNothing) {
  Fixture fixture(LogLimits{});
  fixture.mails.end({"mx", "a"});
  fixture.mails.end_all();
  EXPECT_EQ(fixture.counts, LogCounts{});
}

}  // namespace
}  // namespace backstop::mailbox
