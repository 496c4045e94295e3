#include "intake/bad_tags.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::intake {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;

constexpr BadTags::Time kStart{std::chrono::hours(1000)};

BadTags::Address address(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

BadTags::Address numbered(unsigned number) {
  return boost::asio::ip::address_v4(0x0A000000U + number);
}

struct ClientRow {
  const char* name;
  std::string first;
  std::string second;
  bool want_one;  ///< the two are one client
};

const ClientRow kClients[] = {
    {"one IPv4 address", "192.0.2.1", "192.0.2.1", true},
    {"two IPv4 addresses", "192.0.2.1", "192.0.2.2", false},
    {"an IPv4 address within IPv6", "192.0.2.1", "::ffff:192.0.2.1", true},
    {"first and last of a /64", "2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff", true},
    {"two /64 side by side", "2001:db8:0:1::1", "2001:db8:0:2::1", false},
    {"IPv4 and IPv6", "192.0.2.1", "2001:db8::1", false},
};

std::string tag(int number) {
  return "prvs=0787" + std::to_string(100000 + number) + "=ann@example.org";
}

TEST(BadTags, AsManyDifferentOnesAsTheLimitMakeAGuesser) {
  constexpr std::size_t kLimit = 3;
  BadTags tags;
  EXPECT_FALSE(tags.is_guesser(numbered(1), kStart, kLimit));
  for (int i = 0; i < 2; ++i) {
    tags.add(numbered(1), tag(i), kStart, kLimit);
    EXPECT_FALSE(tags.is_guesser(numbered(1), kStart, kLimit)) << i;
  }
  tags.add(numbered(1), tag(2), kStart, kLimit);
  EXPECT_TRUE(tags.is_guesser(numbered(1), kStart, kLimit));
  EXPECT_FALSE(tags.is_guesser(numbered(2), kStart, kLimit)) << "another client";
}

TEST(BadTags, TheSameOneAgainCountsNothing) {
  constexpr std::size_t kLimit = 2;
  BadTags tags;
  for (int i = 0; i < 10; ++i) tags.add(numbered(1), tag(7), kStart, kLimit);
  EXPECT_FALSE(tags.is_guesser(numbered(1), kStart, kLimit));
  tags.add(numbered(1), tag(8), kStart, kLimit);
  EXPECT_TRUE(tags.is_guesser(numbered(1), kStart, kLimit));
}

TEST(BadTags, AreCountedForAnHourAndThenMakeAGuesserForAnHour) {
  constexpr std::size_t kLimit = 2;
  BadTags tags;
  tags.add(numbered(1), tag(1), kStart, kLimit);
  tags.add(numbered(1), tag(2), kStart + minutes(60), kLimit);
  EXPECT_FALSE(tags.is_guesser(numbered(1), kStart + minutes(60), kLimit)) << "the first was forgotten";
  const auto caught = kStart + minutes(119);
  tags.add(numbered(1), tag(3), caught, kLimit);
  EXPECT_TRUE(tags.is_guesser(numbered(1), caught + minutes(60) - nanoseconds(1), kLimit));
  EXPECT_FALSE(tags.is_guesser(numbered(1), caught + minutes(60), kLimit));
  tags.add(numbered(1), tag(4), caught + minutes(30), kLimit);
  EXPECT_FALSE(tags.is_guesser(numbered(1), caught + minutes(60), kLimit))
      << "more of them make it no longer";
}

TEST(BadTags, OfOneIPv6NetworkCountTogether) {
  for (const auto& row : kClients) {
    BadTags tags;
    tags.add(address(row.first), tag(1), kStart, 2);
    tags.add(address(row.second), tag(2), kStart, 2);
    EXPECT_EQ(tags.is_guesser(address(row.first), kStart, 2), row.want_one) << row.name;
  }
}

TEST(BadTags, TheClientWhoseHourEndsFirstIsForgottenFirst) {
  constexpr std::size_t kLimit = 2;
  BadTags tags(3);
  for (unsigned client = 1; client <= 3; ++client) {
    tags.add(numbered(client), tag(1), kStart + minutes(client), kLimit);
  }
  EXPECT_EQ(tags.remembered(), 3u);
  // The first one becomes a guesser, and is remembered for an hour from then on.
  tags.add(numbered(1), tag(2), kStart + minutes(4), kLimit);
  tags.add(numbered(4), tag(1), kStart + minutes(5), kLimit);
  EXPECT_EQ(tags.remembered(), 3u);
  EXPECT_TRUE(tags.is_guesser(numbered(1), kStart + minutes(5), kLimit));
  tags.add(numbered(2), tag(2), kStart + minutes(5), kLimit);
  EXPECT_FALSE(tags.is_guesser(numbered(2), kStart + minutes(5), kLimit)) << "its first was forgotten";
}

TEST(BadTags, TheHoursThatAreOverMakeRoom) {
  BadTags tags(3);
  for (unsigned client = 1; client <= 3; ++client) tags.add(numbered(client), tag(1), kStart, 1);
  tags.add(numbered(4), tag(1), kStart + minutes(60), 1);
  EXPECT_EQ(tags.remembered(), 1u);
}

TEST(BadTags, OneClientIsAlwaysRemembered) {
  BadTags tags(0);
  tags.add(numbered(1), tag(1), kStart, 1);
  tags.add(numbered(2), tag(1), kStart, 1);
  EXPECT_EQ(tags.remembered(), 1u);
  EXPECT_TRUE(tags.is_guesser(numbered(2), kStart, 1));
}

TEST(BadTags, AFloodTakesNoMoreThanItMay) {
  BadTags tags;
  for (unsigned client = 0; client < 2 * BadTags::kMostRemembered; ++client) {
    tags.add(numbered(client), tag(1), kStart, 20);
  }
  EXPECT_EQ(tags.remembered(), BadTags::kMostRemembered);
}

}  // namespace
}  // namespace backstop::intake
