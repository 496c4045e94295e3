#include "intake/surge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/claim_facts.h"

namespace backstop::intake {
namespace {

using response::Kind;
using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SurgeTime kStart = std::chrono::sys_days(days(20780)) + std::chrono::hours(10);
const std::string kAnn = "ann@example.org";

class SurgesTest : public testing::Test {
 protected:
  void note(int count, SurgeTime at, const std::string& owner = kAnn) {
    for (int i = 0; i < count; ++i) surges.note(owner, Kind::DsnFailed, "", at);
  }
  void auto_replies(int domains, SurgeTime at, Kind kind = Kind::AutoReply) {
    for (int i = 0; i < domains; ++i) surges.note(kAnn, kind, fmt::format("{}.example", i), at);
  }

  std::vector<std::string> told;
  Surges surges{[this](const SurgeChange& change) {
    const std::string_view kind =
        std::array{"responses", "domains", "over"}.at(static_cast<std::size_t>(change.kind));
    told.push_back(fmt::format("{} {} {}", change.whose, kind, change.count));
  }};
};

TEST_F(SurgesTest, TenWithinAMinute) {
  note(9, kStart);
  EXPECT_FALSE(surges.is_surge(kAnn, kStart));
  note(1, kStart + seconds(59));
  EXPECT_TRUE(surges.is_surge(kAnn, kStart + seconds(59)));
  EXPECT_FALSE(surges.is_surge("ben@example.org", kStart + seconds(59)));
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 10"));
}

TEST_F(SurgesTest, TenWithinASecondMoreThanAMinute) {
  note(9, kStart);
  note(1, kStart + seconds(60));
  EXPECT_FALSE(surges.is_surge(kAnn, kStart + seconds(60)));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(SurgesTest, AClockThatGoesBackCountsAsStanding) {
  note(9, kStart);
  note(1, kStart - minutes(5));
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 10"));
}

TEST_F(SurgesTest, ThirtyToADomain) {
  for (int i = 0; i < 29; ++i) note(1, kStart, fmt::format("u{}@example.org", i));
  EXPECT_FALSE(surges.is_surge("u0@example.org", kStart));
  note(1, kStart, "u29@example.org");
  EXPECT_TRUE(surges.is_surge("u0@example.org", kStart));
  EXPECT_TRUE(surges.is_surge("quiet@example.org", kStart));
  EXPECT_FALSE(surges.is_surge("ann@example.com", kStart));
  EXPECT_THAT(told, ElementsAre("example.org responses 30"));
}

// Eight times the mean of a minute over seven days, and one.
TEST_F(SurgesTest, MoreThanTheMean) {
  constexpr int kPerMinute = 2;
  constexpr int kMinutes = 7 * 24 * 60;
  const SurgeTime begin = std::chrono::floor<days>(kStart) - days(6);
  for (int i = 0; i < kMinutes; ++i) note(kPerMinute, begin + minutes(i));
  EXPECT_THAT(told, IsEmpty());
  const SurgeTime now = begin + minutes(kMinutes - 1) + seconds(59);
  // Two of this minute are there, and the mean is a trifle above two.
  note(15, now);
  EXPECT_FALSE(surges.is_surge(kAnn, now));
  note(1, now);
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 18"));
}

TEST_F(SurgesTest, TheMeanForgetsAfterSevenDays) {
  constexpr int kMinutes = 24 * 60;
  for (int i = 0; i < kMinutes; ++i) note(9, std::chrono::floor<days>(kStart) + minutes(i));
  EXPECT_THAT(told, IsEmpty());
  const auto day = std::chrono::floor<days>(kStart);
  note(10, day + days(6));
  EXPECT_THAT(told, IsEmpty());
  note(10, day + days(7));
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 10"));
}

TEST_F(SurgesTest, EndsAfterHalfAnHourBelowAQuarter) {
  note(10, kStart);
  // Three a minute are a quarter of ten, and two are less.
  const SurgeTime busy = kStart + minutes(50);
  for (int i = 1; i <= 50; ++i) note(3, kStart + minutes(i));
  for (int i = 1; i <= 29; ++i) note(2, busy + minutes(i));
  surges.look(busy + minutes(30) - seconds(1));
  EXPECT_TRUE(surges.is_surge(kAnn, busy + minutes(30) - seconds(1)));
  EXPECT_FALSE(surges.is_surge(kAnn, busy + minutes(30)));
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 10"));
  surges.look(busy + minutes(30));
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 10", "ann@example.org over 218"));
  surges.look(busy + minutes(31));
  EXPECT_EQ(told.size(), 2u);
}

TEST_F(SurgesTest, AutoRepliesOfEightDomains) {
  auto_replies(7, kStart);
  auto_replies(7, kStart + minutes(1));
  EXPECT_THAT(told, IsEmpty()) << "a domain counts once";
  auto_replies(7, kStart + minutes(60));
  surges.note(kAnn, Kind::AutoReply, "last.example", kStart + minutes(70) - seconds(1));
  EXPECT_THAT(told, ElementsAre("ann@example.org domains 8"));
}

TEST_F(SurgesTest, AutoRepliesOfEightDomainsInMoreThanTenMinutes) {
  auto_replies(7, kStart);
  surges.note(kAnn, Kind::AutoReply, "last.example", kStart + minutes(10));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(SurgesTest, OnlyAutoRepliesCountByDomains) {
  auto_replies(9, kStart, Kind::Challenge);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(SurgesTest, OfDomainsEndsToo) {
  auto_replies(8, kStart);
  // One domain of eight is less than a quarter, and two are not.
  surges.note(kAnn, Kind::AutoReply, "a.example", kStart + minutes(20));
  surges.note(kAnn, Kind::AutoReply, "b.example", kStart + minutes(20));
  surges.note(kAnn, Kind::AutoReply, "c.example", kStart + minutes(40));
  surges.look(kStart + minutes(49));
  EXPECT_EQ(told.size(), 1u);
  surges.look(kStart + minutes(50));
  EXPECT_THAT(told, ElementsAre("ann@example.org domains 8", "ann@example.org over 11"));
}

// Eight domains that sent nine responses, in a minute that has no flood.
TEST_F(SurgesTest, OfDomainsCountsItsResponses) {
  note(1, kStart);
  auto_replies(8, kStart);
  surges.look(kStart + minutes(60));
  EXPECT_THAT(told, ElementsAre("ann@example.org domains 8", "ann@example.org over 9"));
}

// The owner that was quiet for the longest time is forgotten, and its surge ends.
TEST_F(SurgesTest, OwnersAreCapped) {
  note(10, kStart);
  note(1, kStart + minutes(1), "ben@example.org");
  for (std::size_t i = 2; i < Surges::kMostOwners; ++i) {
    note(1, kStart + minutes(2), fmt::format("u{}@d{}.example", i, i % 500));
  }
  told.clear();
  EXPECT_TRUE(surges.is_surge(kAnn, kStart + minutes(2)));
  note(1, kStart + minutes(2), "more@example.com");
  EXPECT_FALSE(surges.is_surge(kAnn, kStart + minutes(2)));
  EXPECT_THAT(told, ElementsAre("ann@example.org over 10"));
}

TEST_F(SurgesTest, FiftyThousandToOneAddressAreOneSurge) {
  for (int i = 0; i < 50'000; ++i) note(1, kStart + seconds(i / 100));
  surges.look(kStart + minutes(60));
  EXPECT_THAT(told, ElementsAre("ann@example.org responses 10", "example.org responses 30",
                                "ann@example.org over 50000", "example.org over 50000"));
}

TEST(SurgeCounts, TakeTheSameRoomHoweverManyCome) {
  static_assert(sizeof(SurgeCounts) < 512);
  static_assert(std::is_trivially_copyable_v<SurgeCounts>, "it has no memory of its own");
}

struct NoteRow {
  const char* name;
  Kind kind;
  origin::Result result;
  bool want;
};

TEST(NoteUnproven, CountsWhatIsNotGenuine) {
  const NoteRow rows[] = {
      {"unproven", Kind::DsnFailed, origin::Result::Unproven, true},
      {"forged", Kind::DsnFailed, origin::Result::Forged, true},
      {"genuine", Kind::DsnFailed, origin::Result::Genuine, false},
      {"a challenge", Kind::Challenge, origin::Result::Unproven, true},
      {"a complaint", Kind::FeedbackReport, origin::Result::Unproven, false},
      {"no response", Kind::None, origin::Result::Unproven, false},
  };
  for (const NoteRow& row : rows) {
    Surges surges([](const SurgeChange&) {});
    Site site;
    Transaction transaction;
    transaction.site = &site;
    transaction.surges = &surges;
    response::Response response;
    response.kind = row.kind;
    for (int i = 0; i < 10; ++i) note_unproven(transaction, kAnn, response, {.result = row.result}, kStart);
    EXPECT_EQ(is_surge(transaction, kAnn, kStart), row.want) << row.name;
    EXPECT_FALSE(is_tightened(transaction, kAnn, kStart)) << row.name;
    site.is_tightening = true;
    EXPECT_EQ(is_tightened(transaction, kAnn, kStart), row.want) << row.name;
  }
}

TEST(NoteUnproven, TakesTheAuthorsDomain) {
  Surges surges([](const SurgeChange&) {});
  Transaction transaction;
  transaction.surges = &surges;
  response::Response response;
  response.kind = Kind::AutoReply;
  for (int i = 0; i < 8; ++i) {
    EXPECT_FALSE(is_surge(transaction, kAnn, kStart));
    response.author = fmt::format("desk@D{}.example", i);
    note_unproven(transaction, kAnn, response, {}, kStart);
  }
  EXPECT_TRUE(is_surge(transaction, kAnn, kStart));
}

TEST(NoteUnproven, NobodyCounts) {
  note_unproven({}, kAnn, {}, {}, kStart);
  EXPECT_FALSE(is_surge({}, kAnn, kStart));
}

}  // namespace
}  // namespace backstop::intake
