#include "base/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::base {
namespace {

using std::chrono::milliseconds;

struct TimeRow {
  std::string_view text;
  std::int64_t want_milliseconds;
  std::string_view want_shown;
};

TEST(ConfigUnits, Durations) {
  const TimeRow rows[] = {
      {"0s", 0, "0s"},
      {"1ms", 1, "1ms"},
      {"200ms", 200, "200ms"},
      {"1s", 1000, "1s"},
      {"1500ms", 1500, "1s500ms"},
      {"300s", 300'000, "5m"},
      {"5m", 300'000, "5m"},
      {"90s", 90'000, "1m30s"},
      {"1h30m", 5'400'000, "1h30m"},
      {"1h 30m", 5'400'000, "1h30m"},
      {"1 h", 3'600'000, "1h"},
      {"7d", 604'800'000, "7d"},
      {"1w", 604'800'000, "7d"},
      {"1w1d1h1m1s1ms", 694'861'001, "8d1h1m1s1ms"},
      {"90d", 7'776'000'000, "90d"},
      {"007d", 604'800'000, "7d"},
  };
  for (const TimeRow& row : rows) {
    const auto time = parse_duration(row.text);
    ASSERT_TRUE(time) << row.text << ": " << time.error().message;
    EXPECT_EQ(time->count(), row.want_milliseconds) << row.text;
    EXPECT_EQ(format_duration(*time), row.want_shown) << row.text;
    EXPECT_EQ(parse_duration(format_duration(*time)), *time) << row.text;
  }
}

TEST(ConfigUnits, WhatIsNoDuration) {
  const std::string_view rows[] = {"",
                                   "7",
                                   "d",
                                   "-1d",
                                   "1.5h",
                                   "7 days",
                                   "7D",
                                   "1m1h",
                                   "1s1s",
                                   "5m 3",
                                   " 5m",
                                   "+5m",
                                   "5m,",
                                   "1h30",
                                   "1e3s",
                                   "9999999999999w",
                                   "99999999999999999999s",
                                   "5\x1b[m",
                                   "∞"};
  for (const std::string_view text : rows) {
    const auto time = parse_duration(text);
    ASSERT_FALSE(time) << text;
    EXPECT_THAT(time.error().message,
                testing::EndsWith("is no duration; write it as \"7d\", \"5m\", \"300s\" or \"1h30m\""));
    EXPECT_FALSE(time.error().message.contains('\x1b'));
  }
}

struct SizeRow {
  std::string_view text;
  std::uint64_t want;
  std::string_view want_shown;
};

TEST(ConfigUnits, Sizes) {
  const SizeRow rows[] = {
      {"0B", 0, "0"},
      {"1B", 1, "1B"},
      {"1023B", 1023, "1023B"},
      {"1024B", 1024, "1KiB"},
      {"64KiB", 65'536, "64KiB"},
      {"64kB", 64'000, "64000B"},
      {"4MB", 4'000'000, "4000000B"},
      {"4 MiB", 4'194'304, "4MiB"},
      {"4mib", 4'194'304, "4MiB"},
      {"2GB", 2'000'000'000, "1953125KiB"},
      {"4GiB", 4'294'967'296, "4GiB"},
      {"1TB", 1'000'000'000'000, "976562500KiB"},
      {"1TiB", 1'099'511'627'776, "1TiB"},
  };
  for (const SizeRow& row : rows) {
    const auto size = parse_size(row.text);
    ASSERT_TRUE(size) << row.text << ": " << size.error().message;
    EXPECT_EQ(*size, row.want) << row.text;
    EXPECT_EQ(format_size(*size), row.want_shown) << row.text;
  }
}

TEST(ConfigUnits, WhatIsNoSize) {
  const std::string_view rows[] = {
      "", "4", "MB", "-4MB", "1.5MB", "4M", "4 MB 1", "4MBs", " 4MB", "99999999TiB", "99999999999999999999B"};
  for (const std::string_view text : rows) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_THAT(size.error().message,
                testing::EndsWith("is no size; write it as \"4MiB\", \"50MB\", \"64KiB\" or \"1000B\""));
  }
}

}  // namespace
}  // namespace backstop::base
