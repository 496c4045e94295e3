#include "store/coverage.h"

#include <gtest/gtest.h>

namespace backstop::store {
namespace {

using Time = Coverage::Time;

constexpr Time at(int second) {
  return Time(std::chrono::seconds(1'800'000'000 + second));
}

struct OpenRow {
  const char* name;
  int heartbeat;
  bool is_open;
  int now;
  int want_since;
};

TEST(Coverage, AnOpenedStore) {
  const OpenRow rows[] = {
      {"closed a moment ago", 1000, false, 1001, 0},
      {"at the limit of a gap", 1000, false, 1300, 0},
      {"past it", 1000, false, 1301, 1301},
      {"a clock set back, at the limit", 1000, false, 700, 0},
      {"past it", 1000, false, 699, 699},
      {"not closed", 1000, true, 1001, 1001},
  };
  for (const auto& row : rows) {
    Coverage coverage;
    EXPECT_FALSE(coverage.since());
    const CoverageMarks found{at(-5), at(row.heartbeat), at(0), row.is_open};
    const auto marks = coverage.opened(found, at(row.now));
    EXPECT_EQ(marks, (CoverageMarks{at(-5), at(row.now), at(row.want_since), true})) << row.name;
    EXPECT_FALSE(coverage.since()) << "not before it is written";
    coverage.confirm(marks);
    EXPECT_EQ(coverage.since(), at(row.want_since)) << row.name;
  }
}

TEST(Coverage, ABrokenConnectionIsNoEnd) {
  Coverage coverage;
  const CoverageMarks ours{at(0), at(100), at(0), true};
  coverage.confirm(ours);
  EXPECT_EQ(coverage.opened(ours, at(160)).since, at(0));
  EXPECT_EQ(coverage.opened(ours, at(401)).since, at(401)) << "but a gap is a gap";
  CoverageMarks others = ours;
  others.heartbeat = at(40);
  EXPECT_EQ(coverage.opened(others, at(160)).since, at(160)) << "a copy of an earlier time";
}

TEST(Coverage, Heartbeats) {
  Coverage coverage;
  coverage.confirm({at(0), at(0), at(0), true});
  EXPECT_EQ(coverage.beat(at(300)).since, at(0)) << "at the limit";
  EXPECT_EQ(coverage.beat(at(301)).since, at(301)) << "past it";
  coverage.confirm(coverage.beat(at(60)));
  EXPECT_EQ(coverage.beat(at(301)).since, at(0)) << "counted from the one that was written";
}

TEST(Coverage, StartsAnewAtOnceAndForGood) {
  Coverage coverage;
  coverage.start_anew(at(30));
  EXPECT_FALSE(coverage.since());
  const auto marks = coverage.opened({at(0), at(29), at(0), false}, at(31));
  EXPECT_EQ(marks.since, at(30)) << "it is no later than what happened";
  coverage.confirm(marks);
  coverage.start_anew(at(40));
  EXPECT_EQ(coverage.since(), at(40));
  EXPECT_EQ(coverage.beat(at(60)).since, at(40));
}

}  // namespace
}  // namespace backstop::store
