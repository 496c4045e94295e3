#include "gateway/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace backstop::gateway {
namespace {

constexpr std::string_view kStranger = "192.0.2.1:1001";

net::Endpoint at(std::string_view text) {
  return *net::parse_endpoint(text);
}

/// Does what a session does for each command: "EHLO name", "XCLIENT ...", "XFORWARD ...", "NOOP", "RSET"
/// (ends a transaction), "STARTTLS", and "PROXY source destination" before them.
void feed(Client& client, std::string_view line) {
  const std::string_view verb = line.substr(0, line.find(' '));
  const std::string_view rest = verb.size() < line.size() ? line.substr(verb.size() + 1) : std::string_view();
  if (verb != "XCLIENT") client.end_xclient();
  if (verb == "PROXY") {
    net::ProxyHeader header;
    if (!rest.empty()) {
      header.source = at(rest.substr(0, rest.find(' ')));
      header.destination = at(rest.substr(rest.find(' ') + 1));
    }
    client.take_proxy_header(header);
  } else if (verb == "EHLO") {
    client.greet(std::string(rest));
  } else if (verb == "XCLIENT") {
    client.take_xclient(*smtp::parse_attributes(smtp::AttributeCommand::Xclient, rest));
  } else if (verb == "XFORWARD") {
    client.take_xforward(*smtp::parse_attributes(smtp::AttributeCommand::Xforward, rest));
  } else if (verb == "RSET") {
    client.forget_forwarded();
  } else if (verb == "STARTTLS") {
    client.forget_greeting();
  }
}

Client client_after(std::string_view peer, const std::vector<std::string_view>& lines) {
  Client client(at(peer), at("192.0.2.25:25"));
  for (const auto line : lines) feed(client, line);
  return client;
}

struct ToldRow {
  std::string_view name;
  std::vector<std::string_view> lines;
  std::string_view want;  ///< address, HELO and host name; "-" for an empty one
};

std::string shown(const Client& client) {
  const auto or_dash = [](std::string_view text) { return text.empty() ? "-" : text; };
  return fmt::format("{} {} {}", client.text(), or_dash(client.helo()), or_dash(client.name()));
}

const ToldRow kTold[] = {
    {"nothing but the connection", {}, "192.0.2.1 - -"},
    {"EHLO", {"EHLO a.test"}, "192.0.2.1 a.test -"},
    {"TLS forgets the name of EHLO", {"EHLO a.test", "STARTTLS"}, "192.0.2.1 - -"},
    {"PROXY", {"PROXY 203.0.113.5:7 192.0.2.26:25"}, "203.0.113.5 - -"},
    {"PROXY without addresses", {"PROXY"}, "192.0.2.1 - -"},
    // XCLIENT.
    {"XCLIENT", {"XCLIENT ADDR=198.51.100.9 NAME=c.test HELO=h.test"}, "198.51.100.9 h.test c.test"},
    {"XCLIENT forgets the name of EHLO", {"EHLO a.test", "XCLIENT ADDR=198.51.100.9"}, "198.51.100.9 - -"},
    {"EHLO after XCLIENT", {"XCLIENT ADDR=198.51.100.9", "EHLO b.test"}, "198.51.100.9 b.test -"},
    {"XCLIENT without an address", {"XCLIENT NAME=c.test"}, "192.0.2.1 - c.test"},
    {"two in a row tell of one client",
     {"XCLIENT ADDR=198.51.100.9", "XCLIENT NAME=c.test"},
     "198.51.100.9 - c.test"},
    {"three in a row",
     {"XCLIENT ADDR=198.51.100.9", "XCLIENT NAME=c.test", "XCLIENT HELO=h.test"},
     "198.51.100.9 h.test c.test"},
    {"a command between them",
     {"XCLIENT ADDR=198.51.100.9", "NOOP", "XCLIENT NAME=c.test"},
     "192.0.2.1 - c.test"},
    {"the same attribute twice is another client",
     {"XCLIENT ADDR=198.51.100.9 NAME=c.test", "XCLIENT NAME=d.test"},
     "192.0.2.1 - d.test"},
    {"and what follows is of that one",
     {"XCLIENT NAME=c.test", "XCLIENT NAME=d.test", "XCLIENT ADDR=198.51.100.9"},
     "198.51.100.9 - d.test"},
    {"the same attribute as the last but one",
     {"XCLIENT NAME=c.test", "XCLIENT ADDR=198.51.100.9", "XCLIENT NAME=d.test"},
     "192.0.2.1 - d.test"},
    {"an address that nobody knows", {"XCLIENT ADDR=[UNAVAILABLE]"}, "unknown - -"},
    {"XCLIENT after PROXY begins with what PROXY told",
     {"PROXY 203.0.113.5:7 192.0.2.26:25", "XCLIENT ADDR=198.51.100.9", "NOOP", "XCLIENT NAME=c.test"},
     "203.0.113.5 - c.test"},
    // XFORWARD.
    {"XFORWARD hides the name of EHLO", {"EHLO a.test", "XFORWARD ADDR=198.51.100.9"}, "198.51.100.9 - -"},
    {"XFORWARD twice tells of one",
     {"EHLO a.test", "XFORWARD ADDR=198.51.100.9", "XFORWARD NAME=f.test HELO=h.test"},
     "198.51.100.9 h.test f.test"},
    {"XFORWARD and back",
     {"EHLO a.test", "XFORWARD ADDR=198.51.100.9 NAME=f.test HELO=h.test", "RSET"},
     "192.0.2.1 a.test -"},
    {"XFORWARD twice and back",
     {"EHLO a.test", "XFORWARD ADDR=198.51.100.9", "XFORWARD HELO=h.test", "RSET"},
     "192.0.2.1 a.test -"},
    {"back without XFORWARD", {"EHLO a.test", "RSET"}, "192.0.2.1 a.test -"},
    {"XFORWARD on top of XCLIENT hides its attributes",
     {"XCLIENT ADDR=198.51.100.9 NAME=c.test", "XFORWARD HELO=h.test"},
     "198.51.100.9 h.test -"},
    {"and gives them back",
     {"XCLIENT ADDR=198.51.100.9 NAME=c.test", "XFORWARD ADDR=203.0.113.5 NAME=f.test", "RSET"},
     "198.51.100.9 - c.test"},
    {"XCLIENT ends XFORWARD",
     {"EHLO a.test", "XFORWARD ADDR=198.51.100.9 NAME=f.test", "XCLIENT HELO=h.test", "RSET"},
     "192.0.2.1 h.test -"},
};

TEST(Client, IsTheOneThatWasNamedLast) {
  for (const auto& row : kTold) EXPECT_EQ(shown(client_after(kStranger, row.lines)), row.want) << row.name;
}

TEST(Client, HasItsAddressAsALiteral) {
  EXPECT_EQ(client_after(kStranger, {}).literal(), "[192.0.2.1]");
  EXPECT_EQ(client_after(kStranger, {"XCLIENT ADDR=IPV6:2001:db8::1"}).literal(), "[IPv6:2001:db8::1]");
  EXPECT_EQ(client_after(kStranger, {"XCLIENT ADDR=[UNAVAILABLE]"}).literal(), "unknown");
}

// The session is reset when another client begins, and not when more is told of the same one.
TEST(Client, SaysWhetherXclientBeginsAnotherOne) {
  Client client(at(kStranger), at("192.0.2.25:25"));
  const auto is_another = [&](std::string_view told) {
    return client.take_xclient(*smtp::parse_attributes(smtp::AttributeCommand::Xclient, told));
  };
  EXPECT_TRUE(is_another("ADDR=198.51.100.9"));
  EXPECT_FALSE(is_another("NAME=c.test"));
  EXPECT_TRUE(is_another("ADDR=198.51.100.9")) << "the same value is told a second time, too";
  client.end_xclient();
  EXPECT_TRUE(is_another("NAME=c.test"));
}

TEST(Client, IsForwardedFromXforwardToTheEndOfTheTransaction) {
  EXPECT_FALSE(client_after(kStranger, {"XCLIENT ADDR=198.51.100.9"}).is_forwarded());
  EXPECT_TRUE(client_after(kStranger, {"XFORWARD ADDR=198.51.100.9"}).is_forwarded());
  EXPECT_FALSE(client_after(kStranger, {"XFORWARD ADDR=198.51.100.9", "RSET"}).is_forwarded());
  EXPECT_FALSE(client_after(kStranger, {"XFORWARD ADDR=198.51.100.9", "XCLIENT NAME=c.test"}).is_forwarded());
}

struct RoleRow {
  std::string_view name;
  std::string_view peer;
  std::vector<std::string_view> lines;
  std::string_view want_roles;
  std::string_view want_counted;
};

const RoleRow kRoles[] = {
    {"a stranger", kStranger, {}, "", "192.0.2.1"},
    {"a front end that has named nobody", "10.1.0.1:1", {}, "front-end", "none"},
    {"a front end that names a stranger", "10.1.0.1:1", {"XCLIENT ADDR=192.0.2.1"}, "front-end", "192.0.2.1"},
    {"a front end that knows nobody", "10.1.0.1:1", {"XCLIENT ADDR=[UNAVAILABLE]"}, "front-end", "none"},
    {"a front end that names itself", "10.1.0.1:1", {"XCLIENT ADDR=10.1.0.1 PORT=1"}, "front-end", "none"},
    {"a front end that names a relay", "10.1.0.1:1", {"XCLIENT ADDR=10.2.0.1"}, "front-end relay", "none"},
    {"a front end that names a trusted host",
     "10.1.0.1:1",
     {"XCLIENT ADDR=10.3.0.1"},
     "front-end trusted many",
     "10.3.0.1"},
    {"a relay", "10.2.0.1:1", {}, "relay", "none"},
    {"a relay that names a stranger", "10.2.0.1:1", {"XCLIENT ADDR=192.0.2.1"}, "relay", "none"},
    {"a trusted host", "10.3.0.1:1", {}, "trusted many", "10.3.0.1"},
    {"a trusted host that names a stranger", "10.3.0.1:1", {"XCLIENT ADDR=192.0.2.1"}, "", "192.0.2.1"},
    // XFORWARD tells whose mail it is, not who brings it.
    {"a stranger whose mail is a relay's",
     kStranger,
     {"XFORWARD ADDR=10.2.0.1"},
     "many forwarded",
     "10.2.0.1"},
    {"a stranger whose mail is a trusted host's",
     kStranger,
     {"XFORWARD ADDR=10.3.0.1"},
     "many forwarded",
     "10.3.0.1"},
    {"a trusted host with a stranger's mail",
     "10.3.0.1:1",
     {"XFORWARD ADDR=192.0.2.1"},
     "trusted many forwarded",
     "192.0.2.1"},
    {"a relay by XCLIENT with a stranger's mail",
     "10.1.0.1:1",
     {"XCLIENT ADDR=10.2.0.1", "XFORWARD ADDR=192.0.2.1"},
     "front-end relay many forwarded",
     "none"},
    {"a balancer that brings a relay", kStranger, {"PROXY 10.2.0.1:7 192.0.2.26:25"}, "relay", "none"},
    {"a balancer that brings a front end", kStranger, {"PROXY 10.1.0.1:7 192.0.2.26:25"}, "", "10.1.0.1"},
};

GatewaySettings with_roles() {
  GatewaySettings gateway;
  gateway.xclient = {*net::Network::parse("10.1.0.0/16")};
  gateway.relays = {*net::Network::parse("10.2.0.0/16")};
  gateway.trusted = {*net::Network::parse("10.3.0.0/16")};
  return gateway;
}

std::string roles_of(const Client& client, const GatewaySettings& gateway) {
  std::string roles;
  const auto add = [&](bool is_so, std::string_view role) {
    if (is_so) roles.append(roles.empty() ? "" : " ").append(role);
  };
  add(client.is_front_end(gateway), "front-end");
  add(client.is_relay(gateway), "relay");
  add(client.is_trusted(gateway), "trusted");
  add(client.is_many(gateway), "many");
  add(client.is_forwarded(), "forwarded");
  return roles;
}

TEST(Client, HasTheRolesOfItsNetworks) {
  const auto gateway = with_roles();
  for (const auto& row : kRoles) {
    const auto client = client_after(row.peer, row.lines);
    EXPECT_EQ(roles_of(client, gateway), row.want_roles) << row.name;
    const auto counted = client.counted(gateway);
    EXPECT_EQ(counted ? counted->to_string() : "none", row.want_counted) << row.name;
  }
}

TEST(Client, HasFactsForIntake) {
  struct Row {
    const char* name;
    const char* peer;
    std::vector<std::string_view> lines;
    const char* want;  ///< whose mail it is, the connection, who brings it
  };
  const Row rows[] = {
      {"a connection", "192.0.2.1:1", {}, "192.0.2.1 192.0.2.1 192.0.2.1"},
      {"XCLIENT", "10.1.0.1:1", {"XCLIENT ADDR=192.0.2.1"}, "192.0.2.1 10.1.0.1 192.0.2.1"},
      {"XFORWARD", "10.1.0.1:1", {"XFORWARD ADDR=192.0.2.1"}, "192.0.2.1 10.1.0.1 10.1.0.1"},
      {"XFORWARD of what nobody knows",
       "10.1.0.1:1",
       {"XFORWARD ADDR=[UNAVAILABLE]"},
       "0.0.0.0 10.1.0.1 10.1.0.1"},
  };
  for (const auto& row : rows) {
    const auto facts = client_after(row.peer, row.lines).facts(with_roles(), true);
    EXPECT_EQ(fmt::format("{} {} {}", facts.address.to_string(), facts.bringers[0].to_string(),
                          facts.bringers[1].to_string()),
              row.want)
        << row.name;
    EXPECT_TRUE(facts.is_authenticated);
    EXPECT_FALSE(facts.is_trusted);
  }
  EXPECT_TRUE(client_after("10.3.0.1:1", {}).facts(with_roles(), false).is_trusted);
}

TEST(Client, WithoutNetworksHasNoRole) {
  for (const auto& row : kRoles) {
    const auto client = client_after(row.peer, row.lines);
    EXPECT_EQ(roles_of(client, {}), client.is_forwarded() ? "many forwarded" : "") << row.name;
  }
}

TEST(Client, IsExtendedByTheProtocolThatWasTold) {
  const struct {
    std::string_view name;
    std::optional<std::string> protocol;
    bool own;
    bool want;
  } rows[] = {
      {"not told, EHLO", {}, true, true},
      {"not told, HELO", {}, false, false},
      {"unknown, EHLO", "", true, true},
      {"unknown, HELO", "", false, false},
      {"ESMTP, though HELO", "ESMTP", false, true},
      {"SMTP, though EHLO", "SMTP", true, false},
      {"another", "ESMTPS", false, true},
  };
  for (const auto& row : rows) {
    Client client(at(kStranger), at("192.0.2.25:25"));
    client.take_xclient({.protocol = row.protocol});
    EXPECT_EQ(client.is_extended(row.own), row.want) << row.name;
  }
}

// What a next hop is told.

next_hop::ClientIdentity identity(const Client& client, next_hop::Identity kind = next_hop::Identity::Xclient,
                                  bool is_extended = true) {
  next_hop::NextHop hop;
  hop.identity = kind;
  return client.identity(hop, is_extended, nullptr);
}

TEST(Client, IsToldToANextHopThatWantsIt) {
  using enum next_hop::Identity;
  const auto client = client_after(kStranger, {"EHLO a.test"});
  for (const auto kind : {Xclient, Xforward, Proxy}) {
    const auto told = identity(client, kind);
    EXPECT_EQ(told.attributes,
              smtp::ClientAttributes(
                  {.address = "192.0.2.1", .port = 1001, .protocol = "ESMTP", .helo = "a.test"}));
    EXPECT_EQ(told.source, at(kStranger));
    EXPECT_EQ(told.destination, at("192.0.2.25:25"));
  }
  EXPECT_EQ(identity(client, None).attributes, smtp::ClientAttributes());
  EXPECT_EQ(identity(client, None).source, net::Endpoint());
  EXPECT_EQ(identity(client, Xclient, false).attributes.protocol, "SMTP");
}

TEST(Client, IsToldWithWhatAFrontEndSaid) {
  const auto told = identity(
      client_after(kStranger, {"XCLIENT ADDR=198.51.100.9 PORT=77 NAME=c.test PROTO=SMTP LOGIN=bob"}));
  EXPECT_EQ(told.attributes, smtp::ClientAttributes({.name = "c.test",
                                                     .address = "198.51.100.9",
                                                     .port = 77,
                                                     .protocol = "SMTP",
                                                     .helo = "",
                                                     .login = "bob"}));
  EXPECT_EQ(told.source, at("198.51.100.9:77"));
}

TEST(Client, IsToldWithoutWhatNobodyKnows) {
  const auto told = identity(client_after(kStranger, {"XCLIENT ADDR=[UNAVAILABLE]"}));
  EXPECT_EQ(told.attributes.address, "");
  EXPECT_EQ(told.attributes.port, std::nullopt);
  const auto port_alone = identity(client_after(kStranger, {"XCLIENT PORT=77"}));
  EXPECT_EQ(port_alone.source, at("192.0.2.1:77"));
  const auto address_alone = identity(client_after(kStranger, {"XCLIENT ADDR=198.51.100.9"}));
  EXPECT_EQ(address_alone.attributes.port, std::nullopt) << "the port was of the front end";
}

TEST(Client, IsToldWithTheAddressesOfPROXY) {
  const auto told = identity(client_after(kStranger, {"PROXY 203.0.113.5:7 192.0.2.26:25"}));
  EXPECT_EQ(told.source, at("203.0.113.5:7"));
  EXPECT_EQ(told.destination, at("192.0.2.26:25"));
  EXPECT_EQ(identity(client_after(kStranger, {"PROXY"})).destination, at("192.0.2.25:25"));
}

TEST(Client, CountsWithEveryNextHop) {
  const auto client = client_after(kStranger, {});
  const auto count = std::make_shared<std::atomic<std::size_t>>(0);
  for (const auto kind : {next_hop::Identity::None, next_hop::Identity::Xclient}) {
    next_hop::NextHop hop;
    hop.identity = kind;
    EXPECT_EQ(client.identity(hop, true, count).count, count);
  }
}

}  // namespace
}  // namespace backstop::gateway
