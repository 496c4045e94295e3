#include "service/hop_names.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/reader.h"

namespace backstop::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::IsEmpty;

config::Config config_with(std::string_view gateway_hop, std::string_view domain_hop) {
  auto reading = config::read_config(
      "[server]\nhostname = \"mx.example.org\"\n[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\n"
      "listen = [\"127.0.0.1:2525\"]\nnext_hop = \"" +
          std::string(gateway_hop) + "\"\n[[domain]]\nname = \"example.org\"\nnext_hop = \"" +
          std::string(domain_hop) + "\"\n",
      "backstop.toml");
  EXPECT_FALSE(reading.has_mistakes());
  return std::move(reading.config);
}

TEST(UnknownHops, WhatNeedsNoLookUpIsNotLookedUp) {
  const auto config = config_with("smtp://127.0.0.1:10025", "lmtp:/run/lmtp");
  EXPECT_THAT(unknown_hops(config.gateway, milliseconds(0)), IsEmpty());
}

TEST(UnknownHops, ThisMachineIsKnown) {
  const auto config = config_with("smtp://localhost:10025", "maildir:/m/%d/%n");
  EXPECT_THAT(unknown_hops(config.gateway), IsEmpty());
}

// RFC 6761 6.4: no resolver knows a name in "invalid". One that doesn't answer is waited for, but not long.
TEST(UnknownHops, ANameThatNobodyHasIsNamed) {
  const auto config = config_with("smtp://a.invalid:25", "smtp://b.invalid:25");
  const auto begin = steady_clock::now();
  const auto lines = unknown_hops(config.gateway, milliseconds(1000));
  EXPECT_LT(steady_clock::now() - begin, milliseconds(5000));
  EXPECT_THAT(lines,
              ElementsAre(testing::StartsWith("domain example.org: the next hop smtp://b.invalid:25: "),
                          testing::StartsWith("gateway in: the next hop smtp://a.invalid:25: ")));
}

TEST(UnknownHops, TheTimeIsBounded) {
  const auto config = config_with("smtp://a.invalid:25", "smtp://127.0.0.1:2526");
  EXPECT_THAT(unknown_hops(config.gateway, milliseconds(0)),
              ElementsAre("gateway in: the next hop smtp://a.invalid:25: looking up a.invalid takes longer "
                          "than 0 s, so mail for it is deferred"));
}

std::string many_hops(std::size_t count) {
  std::string text =
      "[server]\nhostname = \"mx.example.org\"\n[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\n"
      "listen = [\"127.0.0.1:2525\"]\nnext_hop = \"smtp://192.0.2.25:25\"\n";
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("[[domain]]\nname = \"d{0}.test\"\nnext_hop = \"smtp://h{0}.invalid:25\"\n", i);
  }
  return text;
}

TEST(UnknownHops, WhatIsLeftOutIsSaid) {
  const auto reading = config::read_config(many_hops(kMostLookedUp + 1), "backstop.toml");
  ASSERT_FALSE(reading.has_mistakes());
  // The time is over after the first one.
  const auto lines = unknown_hops(reading.config.gateway, milliseconds(0));
  ASSERT_THAT(lines, testing::Not(IsEmpty()));
  EXPECT_EQ(lines.back(),
            "256 of 257 names of next hops were not looked up: at most 256 names are, within 0 s");
}

}  // namespace
}  // namespace backstop::service
