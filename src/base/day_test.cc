#include "base/day.h"

#include <gtest/gtest.h>

namespace backstop::base {
namespace {

struct DayRow {
  const char* name;
  std::string_view text;
  int want;  // days since 1970-01-01
};

TEST(Day, ReadsAndWritesTheSameText) {
  const DayRow rows[] = {
      {"epoch", "1970-01-01", 0},
      {"leap day", "2024-02-29", 19782},
      {"the day before the tags wrap", "2027-06-30", 20999},
      {"the day of the wrap", "2027-07-01", 21000},
  };
  for (const auto& row : rows) {
    const auto day = parse_day(row.text);
    ASSERT_TRUE(day) << row.name;
    EXPECT_EQ(day->time_since_epoch().count(), row.want) << row.name;
    EXPECT_EQ(format_day(*day), row.text) << row.name;
  }
}

TEST(Day, RefusesOtherText) {
  const std::string_view rows[] = {"",           "2027",       "2027-6-30",  "2027-02-29",  "2027-13-01",
                                   "2027-00-10", "2027/06/30", "27-06-30",   "2027-06-30 ", "2027-06-3x",
                                   "-027-06-30", "+027-06-30", "2027-06-00", "2027-06-31"};
  for (const auto row : rows) EXPECT_FALSE(parse_day(row)) << row;
}

TEST(FormatTime, EachSecondHasItsText) {
  const std::chrono::sys_time<std::chrono::milliseconds> day =
      std::chrono::sys_days(std::chrono::year(2026) / 2 / 28);
  EXPECT_EQ(format_time(day + std::chrono::milliseconds(86'399'999)), "2026-02-28T23:59:59.999Z");
  EXPECT_EQ(format_time(day + std::chrono::milliseconds(86'400'000)), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(format_time(day + std::chrono::milliseconds(86'399'001)), "2026-02-28T23:59:59.001Z");
}

}  // namespace
}  // namespace backstop::base
