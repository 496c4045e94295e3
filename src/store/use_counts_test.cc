#include "store/use_counts.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace backstop::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr UseCounts::Time kNow(seconds(1'800'000'000));
constexpr UseCounts::Time kUntil = kNow + std::chrono::hours(1);

std::array<LedgerKey, 1> name(unsigned char number) {
  LedgerKey key;
  key.bytes[9] = number;
  return {key};
}

TEST(UseCounts, PlacesAreHeldKeptAndGivenBack) {
  UseCounts counts;
  const auto one = counts.take(name(1), 2, kUntil, kNow);
  const auto two = counts.take(name(1), 2, kUntil, kNow);
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(counts.take(name(1), 2, kUntil, kNow)) << "all are held";
  EXPECT_TRUE(counts.take(name(1), 3, kUntil, kNow)) << "a higher limit";
  EXPECT_TRUE(counts.take(name(2), 1, kUntil, kNow)) << "another counter";
  counts.give_back(*one);
  EXPECT_TRUE(counts.take(name(1), 3, kUntil, kNow));
  EXPECT_FALSE(counts.take(name(1), 3, kUntil, kNow));
  EXPECT_EQ(counts.keep(*two, kNow), kUntil);
}

TEST(UseCounts, NoPlaceOfNone) {
  UseCounts counts;
  EXPECT_FALSE(counts.take(name(1), 0, kUntil, kNow));
}

// Whoever sends slowly would get more than the limit if a hold ended before its response does.
TEST(UseCounts, AHeldPlaceIsHeldHoweverLongItTakes) {
  UseCounts counts;
  const auto place = counts.take(name(1), 1, kUntil, kNow);
  EXPECT_FALSE(counts.take(name(1), 1, kUntil, kUntil - seconds(1)));
  EXPECT_TRUE(counts.keep(*place, kUntil - seconds(1)));
  EXPECT_FALSE(counts.take(name(1), 1, kUntil, kUntil - seconds(1)));
}

TEST(UseCounts, APlaceOfACounterThatEndedChangesNoOther) {
  UseCounts counts;
  const auto old = counts.take(name(1), 2, kUntil, kNow);
  const auto older = counts.take(name(1), 2, kUntil, kNow);
  const auto next = counts.take(name(1), 1, kUntil + minutes(60), kUntil);
  ASSERT_TRUE(old && older && next);
  EXPECT_FALSE(counts.keep(*old, kUntil));
  counts.give_back(*older);
  EXPECT_FALSE(counts.take(name(1), 1, kUntil + minutes(60), kUntil)) << "the new one is still held";
  EXPECT_TRUE(counts.keep(*next, kUntil));
}

TEST(UseCounts, AKeptPlaceStaysUntilTheCounterEnds) {
  UseCounts counts;
  counts.keep(*counts.take(name(1), 1, kUntil, kNow), kNow);
  EXPECT_FALSE(counts.take(name(1), 1, kUntil + minutes(1), kUntil - seconds(1)));
  const auto again = counts.take(name(1), 1, kUntil + minutes(60), kUntil);
  ASSERT_TRUE(again);
  EXPECT_EQ(counts.keep(*again, kUntil), kUntil + minutes(60));
  EXPECT_FALSE(counts.take(name(1), 1, kUntil + minutes(60), kUntil));
}

TEST(UseCounts, ACounterIsFoundByAnyOfItsNames) {
  UseCounts counts;
  counts.restore(name(1).front(), 4, kUntil);
  const std::vector<LedgerKey> names = {name(2).front(), name(1).front()};
  const auto place = counts.take(names, 5, kUntil, kNow);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->counter, name(1).front());
  EXPECT_FALSE(counts.take(names, 5, kUntil, kNow));
}

TEST(UseCounts, ForgetsAndSweeps) {
  UseCounts counts;
  counts.keep(*counts.take(name(1), 1, kUntil, kNow), kNow);
  counts.sweep(kUntil - seconds(1));
  EXPECT_FALSE(counts.take(name(1), 1, kUntil, kNow));
  counts.forget(OwnerRange{});
  EXPECT_TRUE(counts.take(name(1), 1, kUntil, kNow));
  counts.sweep(kUntil);
  EXPECT_TRUE(counts.take(name(1), 1, kUntil, kNow));
}

TEST(UseCounts, PastTheCapANewCounterIsNotCounted) {
  UseCounts counts;
  for (std::uint32_t i = 0; i < UseCounts::kMost; ++i) {
    LedgerKey key;
    std::memcpy(key.bytes.data() + 8, &i, sizeof i);
    counts.restore(key, 1, kUntil);
  }
  LedgerKey known;
  EXPECT_FALSE(counts.take(std::array{known}, 1, kUntil, kNow)) << "a known one is";
  for (int i = 0; i < 3; ++i) {
    const auto place =
        counts.take(std::array{LedgerKey{{1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9}}}, 1, kUntil, kNow);
    ASSERT_TRUE(place);
    EXPECT_FALSE(counts.keep(*place, kNow));
  }
  EXPECT_TRUE(counts.take(name(200), 1, kUntil + minutes(1), kUntil)) << "old ones make room";
  EXPECT_FALSE(counts.take(name(200), 1, kUntil + minutes(1), kUntil));
}

}  // namespace
}  // namespace backstop::store
