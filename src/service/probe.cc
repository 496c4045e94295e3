#include "service/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "net/dns.h"
#include "net/loop.h"
#include "next_hop/alarm.h"
#include "next_hop/hand_over.h"

namespace backstop::service {

namespace {

/// Nobody has a mailbox of that name; it is fixed, so that a log which shows it can be understood.
constexpr std::string_view kNobody = "backstop-probe-of-nobody";

net::Task<net::DnsAnswer> ask_mx(net::asio::io_context& loop, std::vector<net::Endpoint> servers,
                                 std::string domain) {
  auto dns = net::Dns::open(loop, {.servers = std::move(servers)});
  if (!dns) co_return net::DnsAnswer{.why = dns.error().message};
  co_return co_await dns->ask({net::RecordType::Mx, std::move(domain)});
}

net::DnsAnswer mx_of(const std::string& domain, const gateway::Settings& settings) {
  net::asio::io_context loop;
  net::DnsAnswer answer;
  net::asio::co_spawn(loop, ask_mx(loop, settings.resolvers, domain),
                      [&](const std::exception_ptr& failed, net::DnsAnswer found) {
                        if (failed) std::rethrow_exception(failed);
                        answer = std::move(found);
                      });
  loop.run();
  return answer;
}

std::string hosts_of(const net::DnsAnswer& answer) {
  std::string text;
  for (const auto& host : answer.hosts) {
    text.append(text.empty() ? "" : ", ").append(host.name.empty() ? "." : base::printable(host.name));
  }
  return text;
}

void probe_mx(const std::string& domain, const gateway::Settings& settings, std::vector<Probed>& found) {
  using Kind = net::DnsAnswer::Kind;
  const auto answer = mx_of(domain, settings);
  const auto name = base::printable(domain);
  if (answer.kind == Kind::Failed) {
    found.emplace_back(true, fmt::format("DNS does not say who takes mail for {}: {}", name, answer.why));
    return;
  }
  if (answer.kind == Kind::NoName) {
    found.emplace_back(true, fmt::format("{} doesn't exist in DNS, so no mail for it comes", name));
    return;
  }
  if (answer.kind != Kind::Found) {
    found.emplace_back(false, fmt::format("{} has no MX record", name));
    return;
  }
  const std::string own = base::domain_key(settings.hostname);
  const auto is_other = [&](const net::DnsAnswer::Host& host) { return base::domain_key(host.name) != own; };
  if (std::ranges::none_of(answer.hosts, is_other)) {
    found.emplace_back(false, fmt::format("mail for {} comes to this gateway alone", name));
    return;
  }
  found.emplace_back(
      true,
      fmt::format("the MX hosts of {} are {}, and this gateway is {}: what another host has accepted, it "
                  "must bounce if it is refused here. Every one of them needs a Backstop, or its records "
                  "should go",
                  name, hosts_of(answer), base::printable(settings.hostname)));
}

/// Postfix believes XCLIENT of this host, but we can't know an address that it takes for a stranger.
std::string_view from_here(const next_hop::NextHop& hop) {
  return hop.identity == next_hop::Identity::Xclient ? "from this host" : "";
}

Probed about_recipients(const std::string& domain, const next_hop::NextHop& hop, const smtp::Reply& answer) {
  if (answer.is_positive()) {
    return {true,
            fmt::format("the next hop {} takes{} recipients of {} that don't exist, and refuses or bounces "
                        "their mail later: give the domain a file, as in recipients = "
                        "\"file:/etc/postfix/relay_recipients\", unless it takes mail for every name{}",
                        hop.url, from_here(hop).empty() ? "" : fmt::format(", {},", from_here(hop)), domain,
                        from_here(hop).empty() ? "" : ", or refuses unknown names to strangers alone")};
  }
  if (answer.is_permanent()) {
    return {false, fmt::format("the next hop {} refuses unknown recipients of {}{}{}", hop.url, domain,
                               from_here(hop).empty() ? "" : " ", from_here(hop))};
  }
  return {true, fmt::format("whether the next hop {} knows the recipients of {} can't be told: {}", hop.url,
                            domain, base::printable(answer.text()))};
}

/// Asks the next hops of one configuration.
class HopProbe {
 public:
  explicit HopProbe(const gateway::Settings& settings) : settings_(settings) {}

  /// Asks nothing if the question was asked before, or an earlier one showed that the next hop takes no mail.
  void ask(const intake::DomainSettings& domain, const next_hop::NextHop& hop, std::vector<Probed>& found) {
    if (auto line = answer_of(domain, hop, found)) found.push_back(std::move(*line));
  }

  void greet(const gateway::GatewaySettings& gateway, std::vector<Probed>& found) {
    const auto& hop = gateway.next_hop;
    const auto answer = next_hop::greet_and_wait(hop, context());
    if (!answer) {
      found.emplace_back(true, fmt::format("gateway {}: {}", gateway.name, answer.error().message));
      return;
    }
    found.emplace_back(false, fmt::format("gateway {}: the next hop {} answers", gateway.name, hop.url));
    tell_lack(hop, answer->lacking, found);
  }

 private:
  std::optional<Probed> answer_of(const intake::DomainSettings& domain, const next_hop::NextHop& hop,
                                  std::vector<Probed>& found) {
    const bool has_file = !domain.recipients.empty();
    const auto nobody = mail::parse_address(fmt::format("{}@{}", kNobody, domain.name));
    if (failed_.contains(hop.url) || !nobody) return std::nullopt;
    if (has_file && !answering_.insert(hop.url).second) return std::nullopt;
    const auto answer = offer(hop, has_file ? std::span<const mail::Address>() : std::span(&*nobody, 1));
    if (!answer || !answer->mail.is_positive()) failed_.insert(hop.url);
    if (!answer) return Probed{true, answer.error().message};
    tell_lack(hop, answer->lacking, found);
    if (!answer->mail.is_positive()) {
      return Probed{true, fmt::format("the next hop {} takes no mail from this host: {}", hop.url,
                                      base::printable(answer->mail.text()))};
    }
    if (has_file) return Probed{false, fmt::format("the next hop {} takes mail", hop.url)};
    return about_recipients(base::printable(domain.name), hop, answer->recipients);
  }

  void tell_lack(const next_hop::NextHop& hop, std::string_view command, std::vector<Probed>& found) {
    if (command.empty() || !lacking_.insert(hop.url).second) return;
    found.emplace_back(true, "the " + next_hop::words_for_lack(hop, command));
  }

  next_hop::Context context() const {
    const auto running = settings_.next_hop_context();
    return {.hostname = running.hostname,
            .limits = limits_,
            .tls = running.tls,
            .tls_verified = running.tls_verified};
  }

  base::Result<next_hop::OfferAnswer> offer(const next_hop::NextHop& hop,
                                            std::span<const mail::Address> recipients) const {
    return next_hop::offer_and_wait(hop, recipients, context());
  }

  const gateway::Settings& settings_;
  const next_hop::Limits limits_ = probe_limits(settings_.limits);
  std::set<std::string, std::less<>> failed_;     ///< urls
  std::set<std::string, std::less<>> lacking_;    ///< urls whose warning was told
  std::set<std::string, std::less<>> answering_;  ///< urls that were asked whether they take mail
};

/// The next hops of the inbound gateways, or the one of the domain itself, each once.
std::map<std::string, const next_hop::NextHop*> hops_of(const intake::DomainSettings& domain,
                                                        const gateway::Settings& settings) {
  std::map<std::string, const next_hop::NextHop*> hops;
  if (domain.next_hop != nullptr) hops.emplace(domain.next_hop->url, domain.next_hop.get());
  for (const auto& gateway : settings.gateways) {
    if (domain.next_hop == nullptr && gateway.direction == gateway::Direction::Inbound)
      hops.emplace(gateway.next_hop.url, &gateway.next_hop);
  }
  std::erase_if(hops, [](const auto& hop) { return hop.second->protocol == next_hop::Protocol::Maildir; });
  return hops;
}

}  // namespace

next_hop::Limits probe_limits(next_hop::Limits limits) {
  limits.next_hop_connect = std::min(limits.next_hop_connect, kProbePatience);
  limits.next_hop_reply = std::min(limits.next_hop_reply, kProbePatience);
  return limits;
}

std::vector<Probed> probe(const gateway::Settings& settings) {
  std::vector<Probed> found;
  HopProbe hops(settings);
  for (const auto& domain : settings.domains) {
    if (domain.name.starts_with("*.")) continue;
    probe_mx(base::domain_key(domain.name), settings, found);
    for (const auto& [url, hop] : hops_of(domain, settings)) {
      hops.ask(domain, *hop, found);
    }
  }
  for (const auto& gateway : settings.gateways) {
    const bool is_server = gateway.next_hop.protocol != next_hop::Protocol::Maildir;
    if (gateway.direction == gateway::Direction::Outbound && is_server) hops.greet(gateway, found);
  }
  return found;
}

}  // namespace backstop::service
