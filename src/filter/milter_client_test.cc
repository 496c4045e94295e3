#include "filter/milter_client.h"

#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

struct AddressRow {
  const char* name;
  milter::Connect connect;
  std::string want;
};

const AddressRow kAddresses[] = {
    {"IPv4", {"c.test", '4', 25, "192.0.2.1"}, "192.0.2.1"},
    {"IPv6 as Postfix writes it", {"c.test", '6', 25, "2001:db8::1"}, "2001:db8::1"},
    {"IPv6 as Sendmail writes it", {"c.test", '6', 25, "IPv6:2001:db8::1"}, "2001:db8::1"},
    {"a mapped address", {"c.test", '6', 25, "::ffff:192.0.2.1"}, "192.0.2.1"},
    {"a local socket", {"localhost", 'L', 0, "/run/x"}, "local"},
    {"no address", {"localhost", 'U', 0, ""}, "local"},
    {"rubbish", {"c.test", '4', 25, "192.0.2.999"}, "local"},
};

TEST(MilterClient, HasTheAddressThatTheServerTells) {
  for (const auto& row : kAddresses) {
    MilterClient client;
    client.connect(row.connect);
    EXPECT_EQ(client.text(), row.want) << row.name;
    EXPECT_EQ(client.address().is_unspecified(), row.want == "local") << row.name;
  }
}

// Sendmail and Postfix can tell of a second client on one connection.
TEST(MilterClient, AnotherConnectionForgetsTheGreeting) {
  MilterClient client;
  client.connect({.address = "192.0.2.1"});
  client.greet("one.test");
  EXPECT_EQ(client.helo(), "one.test");
  client.connect({.address = ""});
  EXPECT_EQ(client.helo(), "");
  EXPECT_EQ(client.text(), "local");
}

struct RightsRow {
  const char* name;
  std::string_view address;
  std::string_view macro;
  std::string_view value;
  Door door;
  bool want_authenticated;
  bool want_trusted;
  bool want_relay;
};

const RightsRow kRights[] = {
    {"a stranger", "192.0.2.1", "", "", Door::Smtp, false, false, false},
    {"who logged in", "192.0.2.1", "{auth_authen}", "ann", Door::Smtp, true, false, false},
    {"an empty login", "192.0.2.1", "{auth_authen}", "", Door::Smtp, false, false, false},
    {"a trusted network", "198.51.100.7", "", "", Door::Smtp, false, true, false},
    {"the daemon of submission", "192.0.2.1", "{daemon_name}", "ORIGINATING", Door::Smtp, false, true, false},
    {"another daemon", "192.0.2.1", "{daemon_name}", "smtpd", Door::Smtp, false, false, false},
    {"a daemon's name in another case", "192.0.2.1", "{daemon_name}", "originating", Door::Smtp, false, false,
     false},
    {"the server itself", "192.0.2.1", "", "", Door::Internal, false, true, false},
    {"a relay", "203.0.113.5", "", "", Door::Smtp, false, false, true},
    {"a relay is no trusted network", "198.51.100.9", "", "", Door::Smtp, false, false, true},
    {"a relay at the daemon of submission", "203.0.113.5", "{daemon_name}", "ORIGINATING", Door::Smtp, false,
     false, true},
    {"a relay that logged in", "203.0.113.5", "{auth_authen}", "ann", Door::Smtp, true, false, true},
};

TEST(MilterClient, MailLeavesByItsRights) {
  MilterSettings settings;
  settings.trusted = {*net::Network::parse("198.51.100.0/24")};
  settings.relays = {*net::Network::parse("203.0.113.5"), *net::Network::parse("198.51.100.9")};
  for (const auto& row : kRights) {
    MilterClient client;
    client.connect({.address = row.address});
    milter::Macros macros;
    ASSERT_TRUE(macros.take("M" + text(row.macro) + text(row.value))) << row.name;
    const auto facts = client.facts(row.door, settings, macros);
    EXPECT_EQ(facts.is_authenticated, row.want_authenticated) << row.name;
    EXPECT_EQ(facts.is_trusted, row.want_trusted) << row.name;
    EXPECT_EQ(client.is_relay(settings), row.want_relay) << row.name;
    EXPECT_EQ(facts.address.to_string(), row.address) << row.name;
    EXPECT_THAT(facts.bringers, ElementsAre(facts.address, facts.address)) << row.name;
  }
}

}  // namespace
}  // namespace backstop::filter
