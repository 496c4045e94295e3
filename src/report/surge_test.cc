#include "report/surge.h"

#include <gtest/gtest.h>

#include <vector>

namespace backstop::report {
namespace {

struct SurgeRow {
  const char* name;
  std::vector<std::uint64_t> numbers;
  std::vector<std::size_t> want;
};

TEST(Surge, FindsTheDays) {
  const SurgeRow rows[] = {
      {"nothing", {}, {}},
      {"one day among quiet ones", {0, 1, 0, 2, 100, 0, 1}, {4}},
      {"two days", {1, 1, 120, 1, 1, 90, 1, 2}, {2, 5}},
      {"at the smallest number", {0, 0, 0, 20, 0, 0, 0}, {3}},
      {"below it", {0, 0, 0, 19, 0, 0, 0}, {}},
      {"too few days to know", {0, 0, 0, 100, 0, 0}, {}},
      {"busy but steady", {100, 110, 95, 105, 100, 120, 90}, {}},
      {"busy, and one day far above", {100, 110, 95, 105, 400, 100, 120, 90}, {4}},
      {"at the limit", {100, 100, 100, 100, 100, 100, 100}, {}},
      {"nearly every day", {50, 50, 50, 50, 50, 0, 0}, {}},
  };
  for (const auto& row : rows) EXPECT_EQ(find_surges(row.numbers), row.want) << row.name;
}

TEST(Surge, LimitIsMedianAndThreeScaledDeviations) {
  const Usual even = usual({1, 3, 5, 7});  // median 4, distances 3 1 1 3, their median 2
  EXPECT_DOUBLE_EQ(even.median, 4);
  EXPECT_DOUBLE_EQ(even.limit, 4 + 3 * 1.4826 * 2);
}

}  // namespace
}  // namespace backstop::report
