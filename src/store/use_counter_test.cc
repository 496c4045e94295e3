#include "store/use_counter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "store/ledger_fixture.h"

namespace backstop::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::system_clock;

constexpr system_clock::time_point kStart{hours(24)};
system_clock::time_point now;

class NodeUsesTest : public testing::Test {
 protected:
  NodeUsesTest() { now = kStart; }

  std::optional<UsePlace> take(std::string_view owner, std::uint32_t limit = 2) {
    return run(counts_.take(uses(owner, "watermark:1"), limit, hours(2)));
  }

  NodeUses counts_{[] { return now; }};
};

TEST_F(NodeUsesTest, OnlyTheLimitGetsAPlace) {
  const auto first = take("ann@example.org");
  ASSERT_TRUE(first && take("ann@example.org"));
  EXPECT_FALSE(take("ann@example.org"));
  EXPECT_TRUE(take("ben@example.org")) << "another counter";
  counts_.give_back(*first);
  EXPECT_TRUE(take("ann@example.org")) << "one was given back";
}

TEST_F(NodeUsesTest, AKeptPlaceIsTakenUntilTheCounterEnds) {
  const auto place = take("ann@example.org", 1);
  ASSERT_TRUE(place);
  counts_.keep(*place);
  now += hours(1);
  EXPECT_FALSE(take("ann@example.org", 1));
  now += hours(2);
  EXPECT_TRUE(take("ann@example.org", 1));
}

TEST_F(NodeUsesTest, CountersThatEndedAreForgottenOnceAnHour) {
  ASSERT_TRUE(take("ann@example.org"));
  now += minutes(90);
  ASSERT_TRUE(take("ben@example.org")) << "it sweeps";
  now = kStart + hours(2) + minutes(29);
  ASSERT_TRUE(take("cid@example.org"));
  EXPECT_EQ(counts_.size(), 3U) << "ann's has ended, but no hour is over";
  now += minutes(1);
  ASSERT_TRUE(take("dan@example.org"));
  EXPECT_EQ(counts_.size(), 3U) << "ben's, cid's and dan's";
}

}  // namespace
}  // namespace backstop::store
