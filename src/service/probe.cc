#include "service/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <map>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "net/dns.h"
#include "net/loop.h"
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

void probe_hop(const std::string& domain, const next_hop::NextHop& hop, const gateway::Settings& settings,
               std::vector<Probed>& found) {
  const auto nobody = mail::parse_address(fmt::format("{}@{}", kNobody, domain));
  if (!nobody) return;
  const auto name = base::printable(domain);
  const auto answer = next_hop::ask_recipients_and_wait(hop, {}, {&*nobody, 1}, settings.next_hop_context());
  if (!answer) {
    found.emplace_back(true, answer.error().message);
  } else if (answer->is_positive()) {
    found.emplace_back(
        true,
        fmt::format("the next hop {} takes recipients of {} that don't exist, and refuses or bounces their "
                    "mail later: give the domain a file, as in recipients = "
                    "\"file:/etc/postfix/relay_recipients\", unless it takes mail for every name",
                    hop.url, name));
  } else if (answer->code / 100 == 5) {
    found.emplace_back(false, fmt::format("the next hop {} refuses unknown recipients of {}", hop.url, name));
  } else {
    found.emplace_back(
        true, fmt::format("whether the next hop {} knows the recipients of {} can't be told: {}", hop.url,
                          name, base::printable(answer->text())));
  }
}

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

std::vector<Probed> probe(const gateway::Settings& settings) {
  std::vector<Probed> found;
  for (const auto& domain : settings.domains) {
    if (domain.name.starts_with("*.")) continue;
    probe_mx(base::domain_key(domain.name), settings, found);
    if (!domain.recipients.empty()) continue;
    for (const auto& [url, hop] : hops_of(domain, settings)) probe_hop(domain.name, *hop, settings, found);
  }
  return found;
}

}  // namespace backstop::service
