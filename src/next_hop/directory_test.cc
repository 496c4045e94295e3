#include "next_hop/directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace backstop::next_hop {
namespace {

using std::chrono::seconds;

const NextHop kHop = *parse_next_hop("smtp://192.0.2.1:25");
const NextHop kOther = *parse_next_hop("smtp://192.0.2.2:25");
constexpr Directory::Clock::time_point kNow{std::chrono::hours(1)};

TEST(Directory, KnowsWhatItHasLearnt) {
  Directory directory;
  EXPECT_FALSE(directory.find(kHop));
  directory.learn(kHop, {.dsn = true});
  ASSERT_TRUE(directory.find(kHop));
  EXPECT_TRUE(directory.find(kHop)->dsn);
  EXPECT_FALSE(directory.find(kOther));
  directory.miss(kHop, kNow, kNow + seconds(2));
  EXPECT_TRUE(directory.find(kHop)) << "silence makes nothing unknown";
}

TEST(Directory, AMaildirNeedNotBeAsked) {
  const auto found = Directory().find(*parse_next_hop("maildir:/mail/%n"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->smtputf8 && found->eight_bit_mime && found->size);
  EXPECT_FALSE(found->dsn);
}

TEST(Directory, ANextHopThatRefusedAtOnceIsAskedAgainSoon) {
  Directory directory;
  directory.miss(kHop, kNow, kNow + seconds(1));
  const auto again = kNow + seconds(1) + Directory::kPauseToWait * seconds(1);
  EXPECT_FALSE(directory.may_ask(kHop, again - seconds(1)));
  EXPECT_TRUE(directory.may_ask(kHop, again));
  directory.miss(kHop, again, again);
  EXPECT_TRUE(directory.may_ask(kHop, again));
}

TEST(Directory, ASilentNextHopIsAskedOnceInAPause) {
  Directory directory;
  EXPECT_TRUE(directory.may_ask(kHop, kNow));
  EXPECT_TRUE(directory.may_ask(kHop, kNow));
  directory.miss(kHop, kNow - Directory::kPause, kNow);
  EXPECT_FALSE(directory.may_ask(kHop, kNow + Directory::kPause - seconds(1)));
  EXPECT_TRUE(directory.may_ask(kOther, kNow));
  const auto later = kNow + Directory::kPause;
  EXPECT_TRUE(directory.may_ask(kHop, later));
  EXPECT_FALSE(directory.may_ask(kHop, later)) << "one is enough";
  EXPECT_FALSE(directory.may_ask(kHop, later + Directory::kPause - seconds(1)));
  directory.learn(kHop, {});
  EXPECT_TRUE(directory.may_ask(kHop, later));
}

TEST(Directory, GivesPlacesUpToTheLimit) {
  Directory directory;
  auto one = directory.admit(kHop, 2, kNow);
  auto two = directory.admit(kHop, 2, kNow);
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(directory.admit(kHop, 2, kNow));
  EXPECT_TRUE(directory.admit(kOther, 2, kNow)) << "each next hop has its own";
  EXPECT_TRUE(directory.admit(kHop, 3, kNow)) << "and the limit is the one of the moment";
  EXPECT_TRUE(directory.admit(kHop, 0, kNow)) << "no limit";
  auto moved = std::move(one);
  EXPECT_FALSE(directory.admit(kHop, 2, kNow));
  two.reset();
  EXPECT_TRUE(directory.admit(kHop, 2, kNow));
}

TEST(Directory, PlacesAreScarceForAWhileAfterOneWasMissed) {
  Directory directory;
  EXPECT_FALSE(directory.is_scarce(kHop, kNow));
  const auto place = directory.admit(kHop, 1, kNow);
  EXPECT_FALSE(directory.is_scarce(kHop, kNow)) << "nobody was sent away";
  EXPECT_FALSE(directory.admit(kHop, 1, kNow));
  EXPECT_TRUE(directory.is_scarce(kHop, kNow + Directory::kScarce - seconds(1)));
  EXPECT_FALSE(directory.is_scarce(kOther, kNow));
  EXPECT_FALSE(directory.is_scarce(kHop, kNow + Directory::kScarce));
}

struct FullRow {
  const char* name;
  std::size_t most;
  std::size_t taken;
  bool want;
};

TEST(Directory, IsNearlyFullWhenLessThanAShareIsFree) {
  for (const auto& row : {FullRow{"a share is free", 80, 70, false}, FullRow{"one less", 80, 71, true},
                          FullRow{"one of few is free", 2, 1, false}, FullRow{"none is", 2, 2, true},
                          FullRow{"the only one is free", 1, 0, false}, FullRow{"it is not", 1, 1, true},
                          FullRow{"no limit", 0, 100, false}}) {
    Directory directory;
    const auto other = directory.admit(kOther, 100, kNow);
    std::vector<Directory::Place> places;
    for (std::size_t i = 0; i < row.taken; ++i) places.push_back(directory.admit(kHop, row.most, kNow));
    const auto want = row.want ? std::vector{kHop.url} : std::vector<std::string>{};
    EXPECT_EQ(directory.nearly_full(kNow), want) << row.name;
  }
}

TEST(Directory, IsNearlyFullForAWhileAfterOneWasMissed) {
  Directory directory;
  directory.admit(kHop, 1, kNow);
  auto place = directory.admit(kHop, 1, kNow);
  EXPECT_FALSE(directory.admit(kHop, 1, kNow));
  place.reset();
  EXPECT_EQ(directory.nearly_full(kNow + Directory::kScarce - seconds(1)), std::vector{kHop.url});
  EXPECT_TRUE(directory.nearly_full(kNow + Directory::kScarce).empty());
}

TEST(Directory, PlacesAreGivenBackByAnyThread) {
  Directory directory;
  constexpr std::size_t kMost = 3;
  std::atomic<int> most_seen = 0;
  std::atomic<int> taken = 0;
  const auto work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      auto place = directory.admit(kHop, kMost, kNow);
      if (!place) continue;
      const int now = ++taken;
      for (int seen = most_seen; now > seen && !most_seen.compare_exchange_weak(seen, now);) {
      }
      --taken;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  }
  EXPECT_LE(most_seen, static_cast<int>(kMost));
  std::vector<Directory::Place> places;
  while (auto place = directory.admit(kHop, kMost, kNow)) places.push_back(std::move(place));
  EXPECT_EQ(places.size(), kMost) << "none is lost";
}

}  // namespace
}  // namespace backstop::next_hop
