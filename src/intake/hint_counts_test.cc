#include "intake/hint_counts.h"

#include <gtest/gtest.h>

namespace backstop::intake {
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

TEST(HintPlaces, AreGivenBackUnlessTheMailIsDelivered) {
  HintCounts counts;
  const std::string owner = "a@example.org";
  for (std::size_t i = 0; i < 2 * HintCounts::kMostOfOwner; ++i) {
    HintPlaces places(&counts, kToday);
    EXPECT_TRUE(places.take(owner)) << i;
    HintPlaces moved = std::move(places);
    EXPECT_TRUE(moved.take(owner)) << "once for a mail";
  }
  for (std::size_t i = 0; i < HintCounts::kMostOfOwner; ++i) {
    HintPlaces places(nullptr, kToday);
    places = HintPlaces(&counts, kToday);
    EXPECT_TRUE(places.take(owner)) << i;
    places.keep();
  }
  EXPECT_FALSE(HintPlaces(&counts, kToday).take(owner));
  EXPECT_TRUE(HintPlaces(nullptr, kToday).take(owner)) << "not counted";
  counts.give_back(owner, kToday - std::chrono::days(1));
  EXPECT_FALSE(counts.take(owner, kToday)) << "of another day";
}

TEST(HintCounts, WithTooManyOwnersNothingIsRefused) {
  HintCounts counts;
  for (std::size_t i = 0; i < HintCounts::kMostOwners; ++i) counts.take(std::to_string(i), kToday);
  for (std::size_t i = 0; i <= HintCounts::kMostOfOwner; ++i) EXPECT_TRUE(counts.take("one more", kToday));
  for (std::size_t i = 1; i < HintCounts::kMostOfOwner; ++i) EXPECT_TRUE(counts.take("7", kToday));
  EXPECT_FALSE(counts.take("7", kToday)) << "an owner that is counted stays so";
}

}  // namespace
}  // namespace backstop::intake
