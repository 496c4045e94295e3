#include "service/hop_names.h"

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

}  // namespace
}  // namespace backstop::service
