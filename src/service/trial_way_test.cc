#include "service/trial_way.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace backstop::service {
namespace {

using gateway::Direction;

void add_gateway(config::Config& config, std::string name, Direction direction, std::string_view listen) {
  gateway::GatewaySettings gateway;
  gateway.name = std::move(name);
  gateway.direction = direction;
  gateway.listen = {*net::parse_endpoint(listen)};
  config.gateway.gateways.push_back(std::move(gateway));
}

config::Config gateways() {
  config::Config config;
  add_gateway(config, "in", Direction::Inbound, "0.0.0.0:2525");
  add_gateway(config, "out", Direction::Outbound, "[::]:2526");
  return config;
}

config::Config milter() {
  config::Config config;
  config.milter.listen = {{.path = "/milter.sock"}};
  config.milter.internal = {{.path = "/internal.sock"}};
  return config;
}

config::Config with(config::Config config, const std::function<void(config::Config&)>& change) {
  change(config);
  return config;
}

void trust(config::Config& config, std::string_view network) {
  config.milter.trusted.push_back(*net::Network::parse(network));
}

TEST(TrialWay, Leads) {
  TrialPlaces given{.server = "mx.example.org:2500", .submission = "[::1]:587"};
  TrialPlaces running;
  running.listening = {{.name = "in", .addresses = {*net::parse_endpoint("127.0.0.9:4000")}}};
  TrialPlaces own;
  own.own_addresses = {*net::parse_address("10.0.0.1"), *net::parse_address("192.0.2.1")};
  const auto trusting = with(milter(), [](auto& config) {
    trust(config, "127.0.0.0/8");
    trust(config, "10.0.0.0/8");
  });
  struct Row {
    std::string_view name;
    config::Config config;
    TrialPlaces places;
    std::string_view want_in;   ///< words, or why not
    std::string_view want_out;  ///< the same
  };
  const Row rows[] = {
      {"gateways",
       gateways(),
       {},
       "the gateway \"in\" at 127.0.0.1:2525",
       "the gateway \"out\" at [::1]:2526"},
      {"gateways that run", gateways(), running, "the gateway \"in\" at 127.0.0.9:4000",
       "the gateway \"out\" at [::1]:2526"},
      {"what was asked for", gateways(), given, "the mail server at mx.example.org:2500",
       "the mail server at [::1]:587"},
      {"a milter", milter(), {}, "the mail server at 127.0.0.1:25", "sendmail(1)"},
      {"a milter that trusts this host", trusting, own, "the mail server at 192.0.2.1:25", "sendmail(1)"},
      {"a milter that trusts all of this host",
       trusting,
       {},
       "The milter takes mail of every address of this host for mail that leaves (\"trusted\" in [milter]), "
       "so "
       "nothing can be brought in from here. Run it on another host, or give --server.",
       "sendmail(1)"},
      {"without internal",
       with(milter(), [](auto& config) { config.milter.internal.clear(); }),
       {},
       "the mail server at 127.0.0.1:25",
       "The milter has no \"internal\" socket, so it sees no mail of sendmail(1). Give --submission the port "
       "of "
       "a mail server that lets mail of this host leave."},
      {"nothing",
       {},
       {},
       "The configuration has no inbound gateway and no milter.",
       "The configuration has no outbound gateway and no milter."},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto in = way_in(row.config, row.places);
    const auto out = way_out(row.config, row.places);
    ASSERT_TRUE(in && out);
    EXPECT_EQ(in->is_there() ? in->words : in->why_not, row.want_in);
    EXPECT_EQ(out->is_there() ? out->words : out->why_not, row.want_out);
    EXPECT_EQ(in->is_there(), in->hop.has_value());
    EXPECT_EQ(out->is_there(), out->hop.has_value() || out->is_sendmail);
  }
}

TEST(TrialWay, SpeaksAsTheGatewayWants) {
  auto config = gateways();
  config.gateway.gateways[0].tls = gateway::ListenTls::Implicit;
  config.gateway.gateways[1].proxy_protocol = {*net::Network::parse("::1")};
  const auto in = way_in(config, {});
  ASSERT_TRUE(in && in->hop);
  EXPECT_TRUE(in->hop->implicit_tls);
  const auto out = way_out(config, {});
  ASSERT_TRUE(out && out->hop);
  EXPECT_EQ(out->hop->identity, next_hop::Identity::Proxy);
  EXPECT_EQ(out->hop->tls, next_hop::Tls::Never);  // nothing has made a context
}

TEST(TrialWay, RefusesWhatIsNoServer) {
  for (const std::string text : {"", "lmtp:/run/lmtp", "maildir:/var/mail/%n", "host:port", "a b"}) {
    EXPECT_FALSE(trial_server(text)) << text;
  }
  for (const std::string text : {"127.0.0.1:25", "[::1]:25", "mx.example.org", "smtps://mx.example.org"}) {
    EXPECT_TRUE(trial_server(text)) << text;
  }
}

}  // namespace
}  // namespace backstop::service
