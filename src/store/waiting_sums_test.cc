#include "store/waiting_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace backstop::store {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr sys_days kToday{std::chrono::year(2026) / 11 / 29};

DaySums left(std::string domain, sys_days day = kToday, std::uint64_t mails = 1) {
  return {.domain = std::move(domain), .day = day, .counts = {.left = mails}};
}

std::pair<std::string, sys_days> key(std::string domain, sys_days day = kToday) {
  return {std::move(domain), day};
}

void add_pairs(WaitingSums& sums, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    sums.add(left(std::to_string(i / 100) + ".example", kToday + days(i % 100)));
  }
}

std::uint64_t lost(const WaitingSums& sums) {
  return sums.counters().lost;
}

TEST(DayCounts, EachIsAddedToItsOwn) {
  DayCounts all;
  DayCounts twice;
  std::uint64_t number = 1;
  for (const auto& count : kDayCounts) {
    all.*count.member = number;
    twice.*count.member = 2 * number++;
  }
  DayCounts sum = all;
  sum += all;
  EXPECT_EQ(sum, twice);
  EXPECT_EQ(all.left, 1u);
  EXPECT_EQ(all.unproven, std::size(kDayCounts));
}

TEST(WaitingSums, OneRowADomainAndDay) {
  WaitingSums sums;
  EXPECT_THAT(sums.begin_write(), IsEmpty());
  for (int i = 0; i < 1000; ++i) sums.add(left("b.example"));
  sums.add(left("b.example", kToday - days(1)));
  sums.add({.domain = "a.example", .day = kToday, .counts = {.genuine = 2}});
  EXPECT_THAT(sums.begin_write(), ElementsAre(Pair(key("a.example"), DayCounts{.genuine = 2}),
                                              Pair(key("b.example", kToday - days(1)), DayCounts{.left = 1}),
                                              Pair(key("b.example"), DayCounts{.left = 1000})));
  EXPECT_EQ(sums.counters().recorded, 1002u);
  EXPECT_EQ(sums.counters().written, 0u);
  sums.end_write(true);
  EXPECT_EQ(sums.counters().written, 1002u);
  EXPECT_THAT(sums.begin_write(), IsEmpty());
}

// What is added during a write waits for the next one, and is not written by a second try of the first.
TEST(WaitingSums, AWriteKeepsItsRows) {
  WaitingSums sums;
  sums.add(left("a.example"));
  const WaitingSums::Rows& rows = sums.begin_write();
  sums.add(left("a.example"));
  sums.add(left("b.example"));
  const auto first = ElementsAre(Pair(key("a.example"), DayCounts{.left = 1}));
  EXPECT_THAT(rows, first);
  sums.end_write(false);
  EXPECT_EQ(sums.counters().written, 0u);
  EXPECT_THAT(sums.begin_write(), first);
  sums.end_write(true);
  EXPECT_EQ(sums.counters().written, 1u);
  EXPECT_THAT(sums.begin_write(), ElementsAre(Pair(key("a.example"), DayCounts{.left = 1}),
                                              Pair(key("b.example"), DayCounts{.left = 1})));
  sums.end_write(true);
  EXPECT_EQ(sums.counters().written, 3u);
  EXPECT_EQ(lost(sums), 0u);
}

TEST(WaitingSums, PairsHaveALimit) {
  WaitingSums sums;
  add_pairs(sums, 0, WaitingSums::kMostPairs);
  EXPECT_EQ(lost(sums), 0u) << "at the limit";
  add_pairs(sums, WaitingSums::kMostPairs, WaitingSums::kMostPairs + 3);
  EXPECT_EQ(lost(sums), 3u);
  add_pairs(sums, 0, 10);
  EXPECT_EQ(lost(sums), 3u) << "a pair that waits takes any number";
  EXPECT_THAT(sums.begin_write(), SizeIs(WaitingSums::kMostPairs));
  EXPECT_EQ(sums.begin_write().at(key("0.example")).left, 2u);
  sums.end_write(true);
  add_pairs(sums, 0, 1);
  EXPECT_EQ(lost(sums), 3u);
}

// The pairs that are being written count, each once.
TEST(WaitingSums, TheLimitHoldsDuringAWrite) {
  WaitingSums sums;
  add_pairs(sums, 0, WaitingSums::kMostPairs - 1);
  sums.begin_write();
  add_pairs(sums, 0, WaitingSums::kMostPairs);
  EXPECT_EQ(lost(sums), 0u) << "one pair is new";
  add_pairs(sums, WaitingSums::kMostPairs, WaitingSums::kMostPairs + 1);
  EXPECT_EQ(lost(sums), 1u);
  sums.end_write(false);
  sums.begin_write();
  sums.end_write(true);
  add_pairs(sums, WaitingSums::kMostPairs, WaitingSums::kMostPairs + 1);
  EXPECT_EQ(lost(sums), 2u) << "all pairs wait";
  EXPECT_THAT(sums.begin_write(), SizeIs(WaitingSums::kMostPairs));
  sums.end_write(true);
  add_pairs(sums, WaitingSums::kMostPairs, WaitingSums::kMostPairs + 1);
  EXPECT_EQ(lost(sums), 2u);
}

TEST(WaitingSums, FourThreadsAddWhileOneWrites) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  WaitingSums sums;
  DayCounts written;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) sums.add(left(std::to_string(i % 5) + ".example"));
      });
    }
    while (sums.counters().written < std::uint64_t{kThreads} * kEach) {
      const bool is_written = sums.counters().recorded % 2 == 0;
      for (const auto& [pair, counts] : sums.begin_write()) {
        if (is_written) written += counts;
      }
      sums.end_write(is_written);
    }
  }
  EXPECT_EQ(written.left, std::uint64_t{kThreads} * kEach);
}

}  // namespace
}  // namespace backstop::store
