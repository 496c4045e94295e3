#include "base/timestamp.h"

#include <gtest/gtest.h>

namespace backstop::base {
namespace {

using std::chrono::milliseconds;

TEST(FormatTime, EachSecondHasItsText) {
  const std::chrono::sys_time<milliseconds> day = std::chrono::sys_days(std::chrono::year(2026) / 2 / 28);
  EXPECT_EQ(format_time(day + milliseconds(86'399'999)), "2026-02-28T23:59:59.999Z");
  EXPECT_EQ(format_time(day + milliseconds(86'400'000)), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(format_time(day + milliseconds(86'399'001)), "2026-02-28T23:59:59.001Z");
}

}  // namespace
}  // namespace backstop::base
