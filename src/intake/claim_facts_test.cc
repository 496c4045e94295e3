#include "intake/claim_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::intake {
namespace {

using testing::ElementsAre;

net::asio::ip::address ip(const char* text) {
  return net::asio::ip::make_address(text);
}

std::vector<net::Network> networks(const char* text) {
  return {net::Network::parse(text).value()};
}

TEST(ClaimFacts, OwnersByAliasesAndBounces) {
  const DomainSettings domain{
      .name = "example.org",
      .aliases = std::make_shared<AliasTable>(
          read_aliases("info@example.org ann\n@example.com ann@example.org", '+').aliases, ""),
      .bounces = {"bounces", "news-*"}};
  struct Row {
    const char* recipient;
    const char* from;
    bool want;
  };
  const Row rows[] = {
      {"ann@example.org", "ann@example.org", true},     {"ann+shop@example.org", "info@example.org", true},
      {"ann@example.org", "anybody@example.com", true}, {"ann@example.org", "ben@example.org", false},
      {"info@example.org", "ann@example.org", false},   {"bounces+17@example.org", "ben@example.org", true},
      {"news-12@example.org", "ben@example.org", true}, {"news-12@example.org", "ben@example.com", false},
  };
  for (const Row& row : rows) {
    const auto owners = owners_of(mail::parse_address(row.recipient).value(), domain, '+');
    EXPECT_EQ(owners.contains(row.from), row.want) << row.recipient << " " << row.from;
  }
}

TEST(ClaimFacts, OwnersOfADomainThatSetsNothing) {
  const auto owners = owners_of({"ann", "example.org"}, {.name = "example.org"}, '+');
  EXPECT_THAT(owners.addresses(), ElementsAre("ann@example.org"));
}

struct ClientRow {
  const char* name;
  ClientFacts client;
  bool want_relay = false;
  const char* want_local = "";
  bool is_gateway_relay = false;
};

TEST(ClaimFacts, WhoBringsIt) {
  const DomainSettings domain{
      .name = "example.org", .relays = networks("192.0.2.0/28"), .local_hosts = networks("192.0.2.0/24")};
  const auto stranger = ip("198.51.100.1");
  const auto own = ip("192.0.2.77");
  const auto relay = ip("192.0.2.15");
  const char* const kOurs = "The host 192.0.2.77 that brings it is one of ours.";
  const char* const kLoggedIn = "The client that brings it has logged in.";
  const ClientRow rows[] = {
      {"a stranger", {stranger, {stranger, stranger}}},
      {"a host of ours", {own, {own, own}}, false, kOurs},
      {"the first past the relays",
       {ip("192.0.2.16"), {}},
       false,
       "The host 192.0.2.16 that brings it is one of ours."},
      {"a relay among our hosts", {relay, {relay, relay}}, true},
      {"a relay by its connection", {own, {relay, own}}, true},
      {"a relay by what PROXY tells", {own, {own, relay}}, true},
      {"a stranger through a balancer of ours", {stranger, {own, stranger}}},
      {"a stranger whom a host of ours names by XFORWARD", {stranger, {own, own}}},
      {"nobody knows", {{}, {own, own}}},
      {"logged in", {stranger, {stranger, stranger}, true, false}, false, kLoggedIn},
      {"trusted",
       {stranger, {stranger, stranger}, false, true},
       false,
       "The client that brings it is in a trusted network."},
      {"a relay that has logged in", {relay, {relay, relay}, true, true}, true},
      {"a relay of the gateway", {own, {own, own}, true, true}, true, "", true},
  };
  for (const ClientRow& row : rows) {
    Transaction transaction;
    transaction.client = row.client;
    transaction.is_from_relay = row.is_gateway_relay;
    EXPECT_EQ(is_from_relay(transaction, domain), row.want_relay) << row.name;
    if (!row.want_relay) EXPECT_EQ(local_of(transaction.client, domain), row.want_local) << row.name;
  }
}

// The relay would bounce the mail, whichever recipient it was refused for.
TEST(ClaimFacts, ARelayOfOneRecipientIsOneForAll) {
  const DomainSettings with{.name = "example.org", .relays = networks("192.0.2.1")};
  const DomainSettings without{.name = "example.com"};
  Transaction transaction;
  transaction.client = {ip("192.0.2.1"), {ip("192.0.2.1"), ip("192.0.2.1")}};
  transaction.recipients.push_back({.given = "ben@example.com", .domain = &without});
  EXPECT_FALSE(is_from_relay(transaction));
  transaction.recipients.push_back({.given = "ann@example.org", .domain = &with});
  EXPECT_TRUE(is_from_relay(transaction));
}

}  // namespace
}  // namespace backstop::intake
