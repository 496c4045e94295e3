// What is wrong although each setting is right by itself.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "config/draft.h"
#include "config/settings.h"
#include "config/texts.h"
#include "origin/tag.h"

namespace backstop::config {

namespace {

using gateway::Direction;
using gateway::ListenTls;
using next_hop::Identity;
using next_hop::NextHop;

/// Where the next hop of a gateway or a domain stands.
struct HopPlace {
  Section section;
  std::size_t index;
};

bool is_outbound(const GatewayDraft& one) {
  return one.settings.direction == Direction::Outbound;
}

void check_presence(Draft& draft) {
  if (!draft.sections.contains(Section::Gateway)) {
    draft.mistake({}, "there is no [[gateway]], so there is nothing to do");
  }
  if (draft.gateways.empty() || draft.sections.contains(Section::Domain)) return;
  const auto inbound = std::ranges::find_if_not(draft.gateways, is_outbound);
  if (inbound != draft.gateways.end()) {
    draft.mistake(inbound->place,
                  "an inbound gateway takes mail for our domains, and there is no [[domain]]");
  } else {
    draft.warning(draft.gateways.front().place,
                  "there is no [[domain]], and mail is tagged only where its sender is in one");
  }
}

/// Tells of each name that stands a second time.
class Unique {
 public:
  explicit Unique(Draft& draft) : draft_(draft) {}

  void add(const std::string& name, Place place, std::string_view what) {
    const auto [found, is_new] = first_.try_emplace(name, place);
    if (is_new) return;
    draft_.mistake(place, fmt::format("{}: \"{}\" stands in line {} already", what, base::printable(name),
                                      found->second.line));
  }

 private:
  Draft& draft_;
  std::map<std::string, Place> first_;
};

/// Tells of each domain that stands a second time, in whatever spelling.
void check_domain_names(Draft& draft) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    if (!draft.is_given(Section::Domain, i, "name")) continue;
    const std::string& name = draft.domains[i].settings.name;
    const bool is_star = name.starts_with("*.");
    const std::string key = (is_star ? "*." : "") + base::domain_key(name.substr(is_star ? 2 : 0));
    const auto [found, is_new] = first.try_emplace(key, i);
    if (is_new) continue;
    const std::string& earlier = draft.domains[found->second].settings.name;
    const auto line = draft.place(Section::Domain, found->second, "name").line;
    draft.mistake(
        draft.place(Section::Domain, i, "name"),
        earlier == name
            ? fmt::format("name: \"{}\" stands in line {} already", base::printable(name), line)
            : fmt::format("name: \"{}\" is another spelling of \"{}\", which stands in line {} already",
                          base::printable(name), base::printable(earlier), line));
  }
}

void check_names(Draft& draft) {
  Unique gateways(draft);
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    if (!draft.is_given(Section::Gateway, i, "name")) continue;
    gateways.add(draft.gateways[i].settings.name, draft.place(Section::Gateway, i, "name"), "name");
  }
  check_domain_names(draft);
}

/// Tells of each address that is a part of another: "0.0.0.0:25" is every IPv4 address with that port.
class Apart {
 public:
  explicit Apart(Draft& draft) : draft_(draft) {}

  void add(const net::Endpoint& endpoint, Place place) {
    auto& [all, one] = ports_[{endpoint.port, endpoint.address.is_v6()}];
    auto& same = endpoint.address.is_unspecified() ? all : one;
    if (!same) same = Seen{endpoint.text(), place};
    if (!all || !one) return;
    const auto& other = &same == &all ? *one : *all;
    draft_.mistake(place, fmt::format("listen: \"{}\" and \"{}\" in line {} overlap, and can't both be had",
                                      endpoint.text(), other.text, other.place.line));
  }

 private:
  struct Seen {
    std::string text;
    Place place;
  };
  /// The first of each.
  struct Port {
    std::optional<Seen> all;
    std::optional<Seen> one;
  };

  Draft& draft_;
  std::map<std::pair<std::uint16_t, bool>, Port> ports_;
};

void check_listen(Draft& draft) {
  Unique endpoints(draft);
  Apart apart(draft);
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    const auto& listen = draft.gateways[i].settings.listen;
    for (std::size_t j = 0; j < listen.size(); ++j) {
      if (listen[j].port == 0) continue;
      const Place place = draft.item_place(Section::Gateway, i, "listen", j);
      endpoints.add(listen[j].text(), place, "listen");
      apart.add(listen[j], place);
    }
  }
}

/// Whether connecting to the target, whose host may be `address`, would reach the listening address.
bool reaches(const net::Target& target, const std::optional<net::asio::ip::address>& address,
             const net::Endpoint& endpoint, std::string_view our_name) {
  if (target.port != endpoint.port || endpoint.port == 0) return false;
  const bool is_local = endpoint.address.is_loopback() || endpoint.address.is_unspecified();
  // The unspecified address is taken for the own host by those who connect to it.
  if (address && address->is_unspecified()) return is_local;
  if (address && *address == endpoint.address) return true;
  if (address) return address->is_loopback() && endpoint.address.is_unspecified();
  return base::iequals(target.host, our_name) || (is_local && base::iequals(target.host, "localhost"));
}

void check_loop(const NextHop& next_hop, HopPlace at, Draft& draft) {
  if (next_hop.protocol == next_hop::Protocol::Maildir || !next_hop.target.path.empty()) return;
  const auto address = net::parse_address(next_hop.target.host);
  for (const GatewayDraft& one : draft.gateways) {
    for (const net::Endpoint& endpoint : one.settings.listen) {
      if (!reaches(next_hop.target, address, endpoint, draft.config.gateway.hostname)) continue;
      draft.mistake(draft.place(at.section, at.index, "next_hop"),
                    fmt::format("next_hop: {} is where gateway \"{}\" listens, so mail would go in a circle",
                                base::printable(next_hop.target.text()), one.settings.name));
      return;
    }
  }
}

std::string_view name_of(next_hop::Protocol protocol) {
  constexpr std::array<std::string_view, 3> kNames = {"SMTP", "LMTP", "a Maildir"};
  return kNames.at(static_cast<std::size_t>(protocol));
}

void check_identity(const NextHopDraft& hop, HopPlace at, Draft& draft) {
  const auto protocol = hop.target.protocol;
  if (hop.identity != Identity::None && protocol != next_hop::Protocol::Smtp) {
    draft.mistake(
        draft.place(at.section, at.index, "identity"),
        fmt::format(
            "identity: it takes a next hop that speaks SMTP, and this one is {}; it has to be \"none\"",
            name_of(protocol)));
  }
}

void check_hop_tls(const NextHopDraft& hop, HopPlace at, Draft& draft) {
  if (!draft.is_given(at.section, at.index, "next_hop_tls") || hop.tls == next_hop::Tls::Offered) return;
  const Place place = draft.place(at.section, at.index, "next_hop_tls");
  if (hop.target.implicit_tls && hop.tls == next_hop::Tls::Never) {
    draft.mistake(place, "next_hop_tls: \"never\" contradicts the \"smtps:\" of the next hop");
  } else if (hop.target.protocol == next_hop::Protocol::Maildir) {
    draft.mistake(place, "next_hop_tls: there is no TLS towards a Maildir");
  } else if (!hop.target.target.path.empty() && hop.tls == next_hop::Tls::Verified) {
    draft.mistake(
        place,
        "next_hop_tls: the next hop is a socket of the file system, and no certificate is good for that");
  }
}

void check_pool(const NextHopDraft& hop, HopPlace at, Draft& draft) {
  if (!draft.is_given(at.section, at.index, "pool") || hop.pool == 0) return;
  const Place place = draft.place(at.section, at.index, "pool");
  if (hop.target.protocol == next_hop::Protocol::Maildir) {
    draft.mistake(place, "pool: there are no connections to a Maildir");
  } else if (hop.identity == Identity::Proxy) {
    draft.mistake(place,
                  "pool: a connection that a PROXY header opens is one client's alone; it has to be 0");
  }
}

void check_hop(const NextHopDraft& hop, HopPlace at, Draft& draft) {
  if (!draft.is_given(at.section, at.index, "next_hop")) return;
  check_loop(hop.target, at, draft);
  check_identity(hop, at, draft);
  check_hop_tls(hop, at, draft);
  check_pool(hop, at, draft);
}

/// Mail of all these domains would go to the same Maildirs.
void check_maildir(const NextHopDraft& hop, HopPlace at, std::size_t domains, Draft& draft) {
  const bool is_shared = hop.target.protocol == next_hop::Protocol::Maildir && domains > 1 &&
                         !next_hop::maildir_marks(hop.target.maildir).contains('d');
  if (!is_shared) return;
  draft.warning(draft.place(at.section, at.index, "next_hop"),
                "next_hop: the path has no %d, so the same Maildirs would take the mail of several domains");
}

std::size_t count_without_hop(const Draft& draft) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    if (draft.is_given(Section::Domain, i, "next_hop")) continue;
    count += draft.domains[i].settings.name.starts_with("*.") ? 2 : 1;
  }
  return count;
}

void check_hops(Draft& draft) {
  const std::size_t domains = count_without_hop(draft);
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    const HopPlace at{Section::Gateway, i};
    check_hop(draft.gateways[i].next_hop, at, draft);
    if (!is_outbound(draft.gateways[i])) check_maildir(draft.gateways[i].next_hop, at, domains, draft);
  }
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    const HopPlace at{Section::Domain, i};
    check_hop(draft.domains[i].next_hop, at, draft);
    check_maildir(draft.domains[i].next_hop, at, draft.domains[i].settings.name.starts_with("*.") ? 2 : 1,
                  draft);
  }
}

/// Options of a next hop that there is none of.
void check_lone_options(Draft& draft) {
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    if (draft.is_given(Section::Domain, i, "next_hop")) continue;
    if (draft.is_broken(Section::Domain, i, "next_hop")) continue;
    for (const std::string_view key : {"next_hop_tls", "identity", "pool"}) {
      if (!draft.is_given(Section::Domain, i, key)) continue;
      draft.mistake(draft.place(Section::Domain, i, key),
                    fmt::format("{}: it is about the domain's own next_hop, and there is none", key));
    }
  }
}

/// Settings that mean nothing in the direction of this gateway.
void check_direction_keys(std::size_t index, Draft& draft) {
  const bool is_out = is_outbound(draft.gateways[index]);
  const Need wrong = is_out ? Need::InboundOnly : Need::OutboundOnly;
  for (const Setting& one : settings()) {
    if (one.need != wrong || !draft.is_given(one.section, index, one.key)) continue;
    draft.mistake(draft.place(one.section, index, one.key),
                  fmt::format("{}: it has a meaning for {} gateways alone, and this one is {}", one.key,
                              is_out ? "inbound" : "outbound", is_out ? "outbound" : "inbound"));
  }
}

/// The first trusted network of any gateway that has addresses of `network`; nullptr without one.
const net::Network* find_trusted(const net::Network& network, const Draft& draft) {
  for (const GatewayDraft& one : draft.gateways) {
    for (const net::Network& trusted : one.settings.trusted) {
      if (trusted.overlaps(network)) return &trusted;
    }
  }
  return nullptr;
}

/// A host that brings mail of strangers is no client that may send in our name.
void check_relays(std::size_t index, Draft& draft) {
  const auto& relays = draft.gateways[index].settings.relays;
  for (std::size_t i = 0; i < relays.size(); ++i) {
    const auto* const trusted = find_trusted(relays[i], draft);
    if (trusted == nullptr) continue;
    draft.warning(draft.item_place(Section::Gateway, index, "relays", i),
                  fmt::format("relays: {} and {} of \"trusted\" have hosts in common; a relay brings mail of "
                              "strangers, and one that is trusted may send it to anywhere",
                              relays[i].text(), trusted->text()));
  }
}

void warn_of_everybody(std::size_t index, std::string_view key, const std::vector<net::Network>& networks,
                       std::string_view consequence, Draft& draft) {
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const std::string network = networks[i].text();
    if (!network.ends_with("/0")) continue;
    draft.warning(
        draft.item_place(Section::Gateway, index, key, i),
        fmt::format("{}: {} is everybody; anybody who can connect may {}", key, network, consequence));
  }
}

void check_believed(std::size_t index, Draft& draft) {
  const auto& settings = draft.gateways[index].settings;
  constexpr std::string_view kConsequence = "claim to be any client";
  warn_of_everybody(index, "proxy_protocol", settings.proxy_protocol, kConsequence, draft);
  warn_of_everybody(index, "xclient", settings.xclient, kConsequence, draft);
  warn_of_everybody(index, "relays", settings.relays, "bring forged bounces, since none is refused", draft);
}

void check_senders(std::size_t index, Draft& draft) {
  const auto& settings = draft.gateways[index].settings;
  const bool is_unclear =
      draft.is_broken(Section::Gateway, index, "trusted") || draft.is_broken(Section::Gateway, index, "tls");
  if (settings.trusted.empty() && settings.tls == ListenTls::None && !is_unclear) {
    draft.warning(
        draft.gateways[index].place,
        "only who logs in from this machine can send through this gateway: it has no \"trusted\" networks, "
        "and without \"tls\" AUTH is offered on the loopback alone");
  }
  warn_of_everybody(index, "trusted", settings.trusted, "send mail to anywhere", draft);
}

void check_directions(Draft& draft) {
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    check_believed(i, draft);
    if (!draft.is_given(Section::Gateway, i, "direction")) continue;
    check_direction_keys(i, draft);
    if (is_outbound(draft.gateways[i])) {
      check_senders(i, draft);
    } else {
      check_relays(i, draft);
    }
  }
}

void check_certificate(Draft& draft) {
  const auto& files = draft.config.tls;
  const bool has_certificate = !files.certificate.empty();
  const bool is_broken =
      draft.is_broken(Section::Tls, 0, "certificate") || draft.is_broken(Section::Tls, 0, "key");
  if (has_certificate != files.key.empty() || is_broken) return;
  const std::string_view missing = has_certificate ? "key" : "certificate";
  draft.mistake(draft.place(Section::Tls, 0, has_certificate ? "certificate" : "key"),
                fmt::format("[tls] has no \"{}\", and a certificate needs its key", missing));
}

/// What a gateway asks for has to be there, and what is there has to be asked for.
void check_tls_use(Draft& draft) {
  const auto& files = draft.config.tls;
  const bool is_there = !files.certificate.empty() || !files.key.empty();
  bool is_used = false;
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    if (draft.gateways[i].settings.tls == ListenTls::None) continue;
    is_used = true;
    if (is_there) continue;
    draft.mistake(draft.place(Section::Gateway, i, "tls"),
                  "tls: it takes a certificate and a key in [tls], and there are none");
  }
  if (is_used || !is_there) return;
  draft.warning(draft.place(Section::Tls, 0, files.certificate.empty() ? "key" : "certificate"),
                "no gateway uses the certificate: none has \"tls\"");
}

void check_authorities(Draft& draft) {
  if (!draft.is_given(Section::Tls, 0, "next_hop_ca")) return;
  const auto verifies = [](const auto& one) { return one.next_hop.tls == next_hop::Tls::Verified; };
  if (std::ranges::any_of(draft.gateways, verifies) || std::ranges::any_of(draft.domains, verifies)) return;
  draft.warning(draft.place(Section::Tls, 0, "next_hop_ca"),
                "next_hop_ca: no next hop has next_hop_tls = \"verified\"");
}

void check_domain_lists(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  for (std::size_t i = 0; i < settings.never_sends.size(); ++i) {
    if (std::ranges::count(settings.exempt, settings.never_sends[i]) == 0) continue;
    draft.warning(
        draft.item_place(Section::Domain, index, "never_sends", i),
        fmt::format("never_sends: \"{}\" is in \"exempt\", too; bounces to it count as forged all the same",
                    base::printable(settings.never_sends[i])));
  }
}

void check_domains(Draft& draft) {
  const bool has_keys = !draft.config.key_file.empty() || draft.is_broken(Section::Keys, 0, "file");
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    check_domain_lists(i, draft);
    if (draft.domains[i].settings.stage != policy::Stage::Reject || has_keys) continue;
    draft.warning(
        draft.place(Section::Domain, i, "stage"),
        "stage: without a key file in [keys] nothing can be proven, so unproven bounces are only labelled");
  }
}

void check_tags(Draft& draft) {
  // The lifetime is in range; what is left is the delimiter.
  if (const auto good = origin::check(draft.config.gateway.tags); !good) {
    draft.mistake(draft.place(Section::Keys, 0, "delimiter"), "delimiter: " + good.error().message);
  }
}

void check_limits(Draft& draft) {
  const auto& limits = draft.config.gateway.limits;
  const bool is_unclear = draft.is_broken(Section::Limits, 0, "held");
  if (limits.held < limits.header && !is_unclear) {
    const std::string_view key = draft.is_given(Section::Limits, 0, "held") ? "held" : "header";
    draft.mistake(
        draft.place(Section::Limits, 0, key),
        fmt::format("{}: \"held\" has to be at least as much as \"header\", since the header is held, too",
                    key));
  }
  if (limits.recipients < 100) {
    draft.warning(draft.place(Section::Limits, 0, "recipients"),
                  "recipients: RFC 5321 (4.5.3.1.8) asks for at least 100");
  }
}

NextHop finished(const NextHopDraft& hop) {
  NextHop next_hop = hop.target;
  next_hop.tls = hop.tls;
  next_hop.identity = hop.identity;
  next_hop.pool = hop.pool;
  return next_hop;
}

/// The drafts as the settings that they have become.
void finish(Draft& draft) {
  for (GatewayDraft& one : draft.gateways) {
    one.settings.next_hop = finished(one.next_hop);
    auto& untagged = draft.config.gateway.untagged;
    untagged.insert(untagged.end(), one.settings.untagged.begin(), one.settings.untagged.end());
    draft.config.gateway.gateways.push_back(std::move(one.settings));
  }
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    auto& one = draft.domains[i];
    if (draft.is_given(Section::Domain, i, "next_hop")) {
      one.settings.next_hop = std::make_shared<const next_hop::NextHop>(finished(one.next_hop));
    }
    draft.config.gateway.domains.push_back(std::move(one.settings));
  }
  if (!draft.is_given(Section::History, 0, "url")) {
    draft.config.history.url = resolve_url(draft.config.history.url, draft.folder);
  }
}

}  // namespace

void check_settings(Draft& draft) {
  check_presence(draft);
  check_names(draft);
  check_listen(draft);
  check_hops(draft);
  check_lone_options(draft);
  check_directions(draft);
  check_certificate(draft);
  check_tls_use(draft);
  check_authorities(draft);
  check_domains(draft);
  check_tags(draft);
  check_limits(draft);
  finish(draft);
}

}  // namespace backstop::config
