#include "intake/missing_domains.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::intake {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr MissingDomains::Time kStart{seconds(1'800'000'000)};

struct AgeRow {
  const char* name;
  seconds age;
  bool want;
};

constexpr AgeRow kAges[] = {
    {"at once", seconds(0), false},
    {"too early", seconds(59), false},
    {"after a minute", seconds(60), true},
    {"a day later", hours(24), true},
    {"past a day", hours(24) + seconds(1), false},
};

TEST(MissingDomains, CountAMinuteToADayLater) {
  for (const auto& row : kAges) {
    MissingDomains domains;
    EXPECT_FALSE(domains.is_missing_still("a.test", kStart)) << row.name;
    EXPECT_EQ(domains.is_missing_still("a.test", kStart + row.age), row.want) << row.name;
    EXPECT_FALSE(domains.is_missing_still("b.test", kStart + row.age)) << row.name;
  }
}

TEST(MissingDomains, AreCountedFromTheFirstTime) {
  MissingDomains domains;
  for (int second = 0; second < 60; second += 20)
    EXPECT_FALSE(domains.is_missing_still("a.test", kStart + seconds(second)));
  EXPECT_TRUE(domains.is_missing_still("a.test", kStart + seconds(60)));
}

TEST(MissingDomains, BeginAnewPastADay) {
  MissingDomains domains;
  domains.is_missing_still("a.test", kStart);
  const auto later = kStart + hours(25);
  EXPECT_FALSE(domains.is_missing_still("a.test", later));
  EXPECT_TRUE(domains.is_missing_still("a.test", later + seconds(60)));
}

TEST(MissingDomains, BeginAnewOnceTheyExisted) {
  MissingDomains domains;
  domains.is_missing_still("a.test", kStart);
  domains.forget("a.test");
  domains.forget("unknown.test");
  EXPECT_FALSE(domains.is_missing_still("a.test", kStart + seconds(60)));
}

// Strangers choose the names: at the cap the oldest is forgotten, and no other.
TEST(MissingDomains, AreCapped) {
  MissingDomains domains;
  const auto name = [](std::size_t i) { return std::to_string(i) + ".test"; };
  for (std::size_t i = 0; i < MissingDomains::kMostDomains; ++i) domains.is_missing_still(name(i), kStart);
  const auto later = kStart + seconds(60);
  EXPECT_TRUE(domains.is_missing_still(name(0), later)) << "there is room for all";
  EXPECT_FALSE(domains.is_missing_still("one.more.test", later));
  EXPECT_TRUE(domains.is_missing_still(name(1), later));
  EXPECT_FALSE(domains.is_missing_still(name(0), later)) << "it was the oldest";
}

}  // namespace
}  // namespace backstop::intake
