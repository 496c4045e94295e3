#include "gateway/hop_directory.h"

#include <gtest/gtest.h>

namespace backstop::gateway {
namespace {

using std::chrono::seconds;

const NextHop kHop = *parse_next_hop("smtp://192.0.2.1:25");
const NextHop kOther = *parse_next_hop("smtp://192.0.2.2:25");
constexpr HopDirectory::Clock::time_point kNow{std::chrono::hours(1)};

TEST(HopDirectory, KnowsWhatItHasLearnt) {
  HopDirectory directory;
  EXPECT_FALSE(directory.find(kHop));
  directory.learn(kHop, {.dsn = true});
  ASSERT_TRUE(directory.find(kHop));
  EXPECT_TRUE(directory.find(kHop)->dsn);
  EXPECT_FALSE(directory.find(kOther));
  directory.miss(kHop, kNow, kNow + seconds(2));
  EXPECT_TRUE(directory.find(kHop)) << "silence makes nothing unknown";
}

TEST(HopDirectory, AMaildirNeedNotBeAsked) {
  const auto found = HopDirectory().find(*parse_next_hop("maildir:/mail/%n"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->smtputf8 && found->eight_bit_mime && found->size);
  EXPECT_FALSE(found->dsn);
}

TEST(HopDirectory, WhoRefusedAtOnceIsAskedAgainSoon) {
  HopDirectory directory;
  directory.miss(kHop, kNow, kNow + seconds(1));
  const auto again = kNow + seconds(1) + HopDirectory::kPauseToWait * seconds(1);
  EXPECT_FALSE(directory.may_ask(kHop, again - seconds(1)));
  EXPECT_TRUE(directory.may_ask(kHop, again));
  directory.miss(kHop, again, again);
  EXPECT_TRUE(directory.may_ask(kHop, again));
}

TEST(HopDirectory, WhoWasSilentIsAskedOnceInAPause) {
  HopDirectory directory;
  EXPECT_TRUE(directory.may_ask(kHop, kNow));
  EXPECT_TRUE(directory.may_ask(kHop, kNow));
  directory.miss(kHop, kNow - HopDirectory::kPause, kNow);
  EXPECT_FALSE(directory.may_ask(kHop, kNow + HopDirectory::kPause - seconds(1)));
  EXPECT_TRUE(directory.may_ask(kOther, kNow));
  const auto later = kNow + HopDirectory::kPause;
  EXPECT_TRUE(directory.may_ask(kHop, later));
  EXPECT_FALSE(directory.may_ask(kHop, later)) << "one is enough";
  EXPECT_FALSE(directory.may_ask(kHop, later + HopDirectory::kPause - seconds(1)));
  directory.learn(kHop, {});
  EXPECT_TRUE(directory.may_ask(kHop, later));
}

}  // namespace
}  // namespace backstop::gateway
