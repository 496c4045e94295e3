#include "service/trial_way.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <string_view>
#include <utility>

namespace backstop::service {

namespace {

using gateway::GatewaySettings;

/// An address of this host by which one that listens at all of them is reached.
net::Endpoint reached(net::Endpoint endpoint) {
  if (!endpoint.address.is_unspecified()) return endpoint;
  if (endpoint.address.is_v4()) {
    endpoint.address = net::asio::ip::address_v4::loopback();
  } else {
    endpoint.address = net::asio::ip::address_v6::loopback();
  }
  return endpoint;
}

std::vector<net::Endpoint> addresses_of(const GatewaySettings& gateway, const TrialPlaces& places) {
  const auto running = std::ranges::find(places.listening, gateway.name, &ListeningGateway::name);
  const bool is_running = running != places.listening.end() && !running->addresses.empty();
  return is_running ? running->addresses : gateway.listen;
}

const GatewaySettings* find_gateway(const config::Config& config, gateway::Direction direction) {
  const auto& gateways = config.gateway.gateways;
  const auto found = std::ranges::find(gateways, direction, &GatewaySettings::direction);
  return found == gateways.end() ? nullptr : &*found;
}

next_hop::Tls tls_of(const config::Config& config) {
  // Without a context, TLS can't be spoken; load_config() makes one.
  return config.gateway.next_hop_tls ? next_hop::Tls::Offered : next_hop::Tls::Never;
}

base::Result<TrialWay> way_by(const GatewaySettings& gateway, const config::Config& config,
                              const TrialPlaces& places) {
  const auto addresses = addresses_of(gateway, places);
  if (addresses.empty())
    return TrialWay{.why_not = fmt::format("The gateway \"{}\" listens nowhere.", gateway.name)};
  const auto at = reached(addresses.front());
  const bool is_implicit = gateway.tls == gateway::ListenTls::Implicit;
  auto hop = next_hop::parse_next_hop((is_implicit ? "smtps://" : "smtp://") + at.text());
  if (!hop) return std::unexpected(hop.error());
  hop->tls = is_implicit ? next_hop::Tls::Required : tls_of(config);
  if (net::contains(gateway.proxy_protocol, at.address)) hop->identity = next_hop::Identity::Proxy;
  return TrialWay{.hop = std::move(*hop),
                  .words = fmt::format("the gateway \"{}\" at {}", gateway.name, at.text())};
}

base::Result<TrialWay> way_to(const std::string& server, const config::Config& config) {
  auto hop = trial_server(server);
  if (!hop) return std::unexpected(hop.error());
  if (!hop->implicit_tls) hop->tls = tls_of(config);
  return TrialWay{.hop = std::move(*hop), .words = "the mail server at " + server};
}

/// The address of this host whose mail does not count as leaving, if there is one.
std::optional<net::asio::ip::address> strange_address(const config::Config& config,
                                                      const TrialPlaces& places) {
  net::asio::ip::address loopback = net::asio::ip::address_v4::loopback();
  const auto& trusted = config.milter.trusted;
  if (!net::contains(trusted, loopback)) return loopback;
  const auto found = std::ranges::find_if_not(
      places.own_addresses, [&](const auto& address) { return net::contains(trusted, address); });
  return found == places.own_addresses.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

base::Result<next_hop::NextHop> trial_server(const std::string& text) {
  auto hop = next_hop::parse_next_hop(text.contains("://") ? text : "smtp://" + text);
  if (hop && hop->protocol != next_hop::Protocol::Smtp)
    return std::unexpected(base::Error{fmt::format("\"{}\" is no server of SMTP", text)});
  return hop;
}

base::Result<TrialWay> way_in(const config::Config& config, const TrialPlaces& places) {
  if (!places.server.empty()) return way_to(places.server, config);
  if (const auto* const gateway = find_gateway(config, gateway::Direction::Inbound))
    return way_by(*gateway, config, places);
  if (config.milter.listen.empty())
    return TrialWay{.why_not = "The configuration has no inbound gateway and no milter.",
                    .is_left_out = true};
  const auto address = strange_address(config, places);
  if (!address)
    return TrialWay{.why_not =
                        "The milter takes mail of every address of this host for mail that leaves "
                        "(\"trusted\" in [milter]), so nothing can be brought in from here. Run it on "
                        "another host, or give --server."};
  return way_to(net::Endpoint{*address, 25}.text(), config);
}

base::Result<TrialWay> way_out(const config::Config& config, const TrialPlaces& places) {
  if (!places.submission.empty()) return way_to(places.submission, config);
  if (const auto* const gateway = find_gateway(config, gateway::Direction::Outbound))
    return way_by(*gateway, config, places);
  if (!config.milter.is_used())
    return TrialWay{.why_not = "The configuration has no outbound gateway and no milter.",
                    .is_left_out = true};
  if (config.milter.internal.empty())
    return TrialWay{.why_not =
                        "The milter has no \"internal\" socket, so it sees no mail of sendmail(1). Give "
                        "--submission the port of a mail server that lets mail of this host leave."};
  return TrialWay{.is_sendmail = true, .words = "sendmail(1)"};
}

}  // namespace backstop::service
