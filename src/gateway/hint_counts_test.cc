#include "gateway/hint_counts.h"

#include <gtest/gtest.h>

namespace backstop::gateway {
namespace {

constexpr std::chrono::sys_days kToday{std::chrono::days(20780)};

TEST(HintCounts, AFewADayForEachOwner) {
  HintCounts counts;
  for (std::size_t i = 0; i < HintCounts::kMostOfOwner; ++i)
    EXPECT_TRUE(counts.take("a@example.org", kToday)) << i;
  EXPECT_FALSE(counts.take("a@example.org", kToday));
  EXPECT_TRUE(counts.take("b@example.org", kToday));
  EXPECT_TRUE(counts.take("a@example.org", kToday + std::chrono::days(1)));
}

TEST(HintCounts, WhatCantBeCountedIsNotRefused) {
  HintCounts counts;
  for (std::size_t i = 0; i < HintCounts::kMostOwners; ++i) counts.take(std::to_string(i), kToday);
  for (std::size_t i = 0; i <= HintCounts::kMostOfOwner; ++i) EXPECT_TRUE(counts.take("one more", kToday));
  for (std::size_t i = 1; i < HintCounts::kMostOfOwner; ++i) EXPECT_TRUE(counts.take("7", kToday));
  EXPECT_FALSE(counts.take("7", kToday)) << "an owner that is counted stays so";
}

}  // namespace
}  // namespace backstop::gateway
