#include "policy/readiness.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace backstop::policy {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr sys_days kToday{days(20780)};

// One day with mail of which all but `without` carried everything.
DaySums mail_on(sys_days day, std::uint64_t left = 100, std::uint64_t without = 0) {
  DaySums sums{.day = day, .left = left};
  sums.carried.fill(left - without);
  return sums;
}

// Mail on each of the days first, first + step, ... until last, days before today.
std::vector<DaySums> mail_each(int first, int last, int step = 1, std::uint64_t without = 0) {
  std::vector<DaySums> sums;
  for (int ago = first; ago >= last; ago -= step) sums.push_back(mail_on(kToday - days(ago), 100, without));
  return sums;
}

std::vector<DaySums> with(std::vector<DaySums> sums,
                          const std::function<void(std::vector<DaySums>&)>& change) {
  change(sums);
  return sums;
}

DaySums responses_on(int ago, std::uint64_t contradictions, std::uint64_t genuine = 0) {
  return {.day = kToday - days(ago), .genuine = genuine, .contradictions = contradictions};
}

struct Row {
  const char* name;
  std::vector<DaySums> sums;
  Lacking want;
  int want_since;  ///< days before today, if it is ready
};

TEST(Readiness, IsObserved) {
  const Row rows[] = {
      {"nothing", {}, Lacking::Mail, 0},
      {"no mail, only responses", {responses_on(1, 0, 10)}, Lacking::Mail, 0},
      {"four days", mail_each(15, 0, 5), Lacking::Days, 0},
      {"five days", mail_each(16, 0, 4), Lacking::Nothing, 0},
      {"five days, the first 13 days ago", mail_each(13, 1, 3), Lacking::Age, 0},
      {"five days, the first 14 days ago", mail_each(14, 0, 3), Lacking::Nothing, 0},
      {"every day", mail_each(20, 0), Lacking::Nothing, 6},
      {"every day for a year and more", mail_each(500, 0), Lacking::Nothing, 399},
      {"one in a hundred without", mail_each(20, 0, 1, 1), Lacking::Nothing, 6},
      {"two in a hundred without", mail_each(20, 0, 1, 2), Lacking::Share, 0},
      {"without, more than 14 days of mail ago",
       with(mail_each(30, 0), [](auto& sums) { sums[16] = mail_on(sums[16].day, 100, 100); }),
       Lacking::Nothing, 0},
      {"without, on the first of the last 14",
       with(mail_each(30, 0), [](auto& sums) { sums[17] = mail_on(sums[17].day, 100, 100); }), Lacking::Share,
       0},
      {"days without mail don't push the bad one out",
       with(mail_each(60, 0, 4), [](auto& sums) { sums[2] = mail_on(sums[2].day, 100, 100); }),
       Lacking::Share, 0},
      {"weekdays, and then a week of holidays", mail_each(40, 9), Lacking::Nothing, 26},
      {"thirty days of silence", mail_each(60, 30), Lacking::Nothing, 46},
      {"a day more", mail_each(61, 31), Lacking::Mail, 0},
      {"mail again after a long silence",
       with(mail_each(80, 40), [](auto& sums) { sums.push_back(mail_on(kToday - days(2))); }), Lacking::Days,
       0},
      {"two contradictions", with(mail_each(20, 1), [](auto& sums) { sums.push_back(responses_on(0, 2)); }),
       Lacking::Nothing, 6},
      {"three", with(mail_each(20, 1), [](auto& sums) { sums.push_back(responses_on(0, 3)); }),
       Lacking::Contradictions, 0},
      {"three 13 days ago", with(mail_each(40, 0), [](auto& sums) { sums[27].contradictions = 3; }),
       Lacking::Contradictions, 0},
      {"three 14 days ago", with(mail_each(40, 0), [](auto& sums) { sums[26].contradictions = 3; }),
       Lacking::Nothing, 0},
      {"three beside 400 genuine ones",
       with(mail_each(20, 1), [](auto& sums) { sums.push_back(responses_on(0, 3, 400)); }), Lacking::Nothing,
       6},
      {"four beside 400", with(mail_each(20, 1), [](auto& sums) { sums.push_back(responses_on(0, 4, 400)); }),
       Lacking::Contradictions, 0},
  };
  for (const auto& row : rows) {
    const auto found = readiness(row.sums, Carried::Watermark, kToday);
    EXPECT_EQ(static_cast<int>(found.lacking), static_cast<int>(row.want)) << row.name << ": " << found.why;
    ASSERT_EQ(found.since.has_value(), row.want == Lacking::Nothing) << row.name;
    if (found.since) EXPECT_EQ((kToday - *found.since).count(), row.want_since) << row.name;
    EXPECT_TRUE(found.why.ends_with('.')) << row.name;
  }
}

TEST(Readiness, EachProofHasItsShare) {
  auto sums = mail_each(20, 0);
  for (auto& one : sums) one.carried = {100, 98, 100, 0};
  const auto is_ready = [&](Carried carried) { return readiness(sums, carried, kToday).since.has_value(); };
  EXPECT_TRUE(is_ready(Carried::Watermark));
  EXPECT_FALSE(is_ready(Carried::Dkim));
  EXPECT_TRUE(is_ready(Carried::Message));
  EXPECT_FALSE(is_ready(Carried::Tag));
}

TEST(Readiness, SaysWhatItStandsOn) {
  EXPECT_EQ(readiness({}, Carried::Tag, kToday).why, "No mail has left within 30 days.");
  EXPECT_EQ(readiness(mail_each(15, 0, 5), Carried::Tag, kToday).why,
            "Mail has left on 4 days; 5 are needed.");
  EXPECT_EQ(readiness(mail_each(0, 0), Carried::Tag, kToday).why, "Mail has left on 1 day; 5 are needed.");
  EXPECT_EQ(readiness(mail_each(13, 1, 3), Carried::Tag, kToday).why,
            "The first mail left on 2026-11-10; 14 days are needed.");
  EXPECT_EQ(readiness(mail_each(20, 0, 1, 2), Carried::Message, kToday).why,
            "Of 1400 mails, 98.0 % carried a watermark or our DKIM signature; 99 % are needed.");
  EXPECT_EQ(readiness(mail_each(20, 0), Carried::Dkim, kToday).why,
            "Of 1400 mails, 100.0 % carried our DKIM signature; 99 % are needed.");
  auto sums = mail_each(20, 0);
  sums.back().contradictions = 5;
  EXPECT_EQ(readiness(sums, Carried::Dkim, kToday).why,
            "5 bounces without a proof carried a valid signature of another mailbox of ours.");
}

}  // namespace
}  // namespace backstop::policy
