#include "config/hop_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "config/settings.h"

namespace backstop::config {

namespace {

using next_hop::Identity;
using next_hop::NextHop;

/// Returns whether connecting to the target, whose host may be `address`, would reach the listening address.
bool reaches(const net::Target& target, const std::optional<net::asio::ip::address>& address,
             const net::Endpoint& endpoint, std::string_view our_name) {
  if (target.port != endpoint.port || endpoint.port == 0) return false;
  const bool is_local = endpoint.address.is_loopback() || endpoint.address.is_unspecified();
  // Connecting to the unspecified address reaches the own host.
  if (address && address->is_unspecified()) return is_local;
  if (address && *address == endpoint.address) return true;
  if (address) return address->is_loopback() && endpoint.address.is_unspecified();
  return base::iequals(target.host, our_name) || (is_local && base::iequals(target.host, "localhost"));
}

void check_loop(const NextHop& next_hop, SectionAt at, Draft& draft) {
  if (next_hop.protocol == next_hop::Protocol::Maildir || !next_hop.target.path.empty()) return;
  const auto address = net::parse_address(next_hop.target.host);
  for (const GatewayDraft& one : draft.gateways) {
    for (const net::Endpoint& endpoint : one.settings.listen) {
      if (!reaches(next_hop.target, address, endpoint, draft.config.gateway.hostname)) continue;
      handle(draft, at, &NextHopDraft::target)
          .mistake(fmt::format("{} is where gateway \"{}\" listens, so mail would go in a circle",
                               base::printable(next_hop.target.text()), one.settings.name));
      return;
    }
  }
}

std::string_view name_of(next_hop::Protocol protocol) {
  constexpr std::array<std::string_view, 3> kNames = {"SMTP", "LMTP", "a Maildir"};
  return kNames.at(static_cast<std::size_t>(protocol));
}

void check_identity(const NextHopDraft& hop, SectionAt at, Draft& draft) {
  const auto protocol = hop.target.protocol;
  if (hop.identity != Identity::None && protocol != next_hop::Protocol::Smtp) {
    handle(draft, at, &NextHopDraft::identity)
        .mistake(fmt::format("it takes a next hop that speaks SMTP, and this one is {}; it must be \"none\"",
                             name_of(protocol)));
  }
}

void check_hop_tls(const NextHopDraft& hop, SectionAt at, Draft& draft) {
  const SettingHandle tls = handle(draft, at, &NextHopDraft::tls);
  if (!tls.is_given() || hop.tls == next_hop::Tls::Offered) return;
  if (hop.target.implicit_tls && hop.tls == next_hop::Tls::Never) {
    tls.mistake("\"never\" contradicts the \"smtps:\" of the next hop");
  } else if (hop.target.protocol == next_hop::Protocol::Maildir) {
    tls.mistake("there is no TLS towards a Maildir");
  } else if (!hop.target.target.path.empty() && hop.tls == next_hop::Tls::Verified) {
    tls.mistake("the next hop is a socket of the file system, and no certificate is good for that");
  }
}

void check_pool(const NextHopDraft& hop, SectionAt at, Draft& draft) {
  const SettingHandle pool = handle(draft, at, &NextHopDraft::pool);
  if (!pool.is_given() || hop.pool == 0) return;
  if (hop.target.protocol == next_hop::Protocol::Maildir) {
    pool.mistake("there are no connections to a Maildir");
  } else if (hop.identity == Identity::Proxy) {
    pool.mistake("a connection that a PROXY header opens is one client's alone; it must be 0");
  }
}

void check_hop(const NextHopDraft& hop, SectionAt at, Draft& draft) {
  if (!handle(draft, at, &NextHopDraft::target).is_given()) return;
  check_loop(hop.target, at, draft);
  check_identity(hop, at, draft);
  check_hop_tls(hop, at, draft);
  check_pool(hop, at, draft);
}

/// Warns if the mail of several domains would go to the same Maildirs.
void check_maildir(const NextHopDraft& hop, SectionAt at, std::size_t domains, Draft& draft) {
  const bool is_shared = hop.target.protocol == next_hop::Protocol::Maildir && domains > 1 &&
                         !next_hop::maildir_marks(hop.target.maildir).contains('d');
  if (!is_shared) return;
  handle(draft, at, &NextHopDraft::target)
      .warning("the path has no %d, so the same Maildirs would take the mail of several domains");
}

std::size_t count_without_hop(Draft& draft) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    if (handle(draft, {Section::Domain, i}, &NextHopDraft::target).is_given()) continue;
    count += draft.domains[i].settings.name.starts_with("*.") ? 2 : 1;
  }
  return count;
}

void check_each_hop(Draft& draft) {
  const std::size_t domains = count_without_hop(draft);
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    const SectionAt at{Section::Gateway, i};
    check_hop(draft.gateways[i].next_hop, at, draft);
    if (draft.gateways[i].settings.direction == gateway::Direction::Inbound)
      check_maildir(draft.gateways[i].next_hop, at, domains, draft);
  }
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    const SectionAt at{Section::Domain, i};
    check_hop(draft.domains[i].next_hop, at, draft);
    check_maildir(draft.domains[i].next_hop, at, draft.domains[i].settings.name.starts_with("*.") ? 2 : 1,
                  draft);
  }
}

/// Reports options of a next hop if the domain has none of its own.
void check_lone_options(Draft& draft) {
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    const SectionAt at{Section::Domain, i};
    const SettingHandle next_hop = handle(draft, at, &NextHopDraft::target);
    if (next_hop.is_given() || next_hop.is_broken()) continue;
    for (const SettingHandle& option :
         {handle(draft, at, &NextHopDraft::tls), handle(draft, at, &NextHopDraft::identity),
          handle(draft, at, &NextHopDraft::pool)}) {
      if (option.is_given()) option.mistake("it is about the domain's own next_hop, and there is none");
    }
  }
}

}  // namespace

void check_hops(Draft& draft) {
  check_each_hop(draft);
  check_lone_options(draft);
}

}  // namespace backstop::config
