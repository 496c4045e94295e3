#include "config/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "config/hop_checks.h"
#include "config/http_checks.h"
#include "config/milter_checks.h"
#include "config/settings.h"
#include "config/store_checks.h"
#include "config/way_out_checks.h"
#include "net/local_socket.h"
#include "origin/tag.h"

namespace backstop::config {

namespace {

using gateway::Direction;
using gateway::GatewaySettings;
using gateway::Limits;
using gateway::ListenTls;
using intake::DomainSettings;

bool is_outbound(const GatewayDraft& one) {
  return one.settings.direction == Direction::Outbound;
}

void check_presence(Draft& draft) {
  if (!draft.sections.contains(Section::Gateway) && !draft.config.milter.is_used()) {
    draft.mistake({}, "there is no [[gateway]] and no [milter], so there is nothing to do");
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

/// Reports each name that is given a second time.
class Unique {
 public:
  void add(const std::string& name, const SettingHandle& setting, Place place) {
    const auto [found, is_new] = first_.try_emplace(name, place);
    if (is_new) return;
    setting.mistake(
        place, fmt::format("\"{}\" is given in line {} already", base::printable(name), found->second.line));
  }

 private:
  std::map<std::string, Place> first_;
};

/// Reports each domain that is given a second time, in any spelling.
void check_domain_names(Draft& draft) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    const SettingHandle setting = handle(draft, {Section::Domain, i}, &DomainSettings::name);
    if (!setting.is_given()) continue;
    const std::string& name = draft.domains[i].settings.name;
    const bool is_star = name.starts_with("*.");
    const std::string key = (is_star ? "*." : "") + base::domain_key(name.substr(is_star ? 2 : 0));
    const auto [found, is_new] = first.try_emplace(key, i);
    if (is_new) continue;
    const std::string& earlier = draft.domains[found->second].settings.name;
    const auto line = handle(draft, {Section::Domain, found->second}, &DomainSettings::name).place().line;
    setting.mistake(
        earlier == name
            ? fmt::format("\"{}\" is given in line {} already", base::printable(name), line)
            : fmt::format("\"{}\" is another spelling of \"{}\", which is given in line {} already",
                          base::printable(name), base::printable(earlier), line));
  }
}

void check_names(Draft& draft) {
  Unique gateways;
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    const SettingHandle name = handle(draft, {Section::Gateway, i}, &GatewaySettings::name);
    if (name.is_given()) gateways.add(draft.gateways[i].settings.name, name, name.place());
  }
  check_domain_names(draft);
}

/// Reports each address that is a part of another: "0.0.0.0:25" is every IPv4 address with that port.
class Apart {
 public:
  void add(const net::Endpoint& endpoint, const SettingHandle& listen, Place place) {
    auto& [all, one] = ports_[{endpoint.port, endpoint.address.is_v6()}];
    auto& same = endpoint.address.is_unspecified() ? all : one;
    if (!same) same = Seen{endpoint.text(), place};
    if (!all || !one) return;
    const auto& other = &same == &all ? *one : *all;
    listen.mistake(place, fmt::format("\"{}\" and \"{}\" in line {} overlap, and can't both be had",
                                      endpoint.text(), other.text, other.place.line));
  }

 private:
  struct Seen {
    std::string text;
    Place place;
  };
  /// The first address of each sort.
  struct Port {
    std::optional<Seen> all;
    std::optional<Seen> one;
  };

  std::map<std::pair<std::uint16_t, bool>, Port> ports_;
};

void check_listen(Draft& draft) {
  Unique endpoints;
  Apart apart;
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    const SettingHandle listen = handle(draft, {Section::Gateway, i}, &GatewaySettings::listen);
    const auto& all = draft.gateways[i].settings.listen;
    for (std::size_t j = 0; j < all.size(); ++j) {
      if (all[j].port == 0) continue;
      endpoints.add(all[j].text(), listen, listen.item_place(j));
      apart.add(all[j], listen, listen.item_place(j));
    }
  }
}

/// Reports settings that have no meaning in the direction of this gateway.
void check_direction_keys(std::size_t index, Draft& draft) {
  const bool is_out = is_outbound(draft.gateways[index]);
  const Need wrong = is_out ? Need::InboundOnly : Need::OutboundOnly;
  for (const Setting& one : settings()) {
    const SettingHandle setting(draft, {{one.section, index}, one.key});
    if (one.need != wrong || !setting.is_given()) continue;
    setting.mistake(fmt::format("it has a meaning for {} gateways alone, and this one is {}",
                                is_out ? "inbound" : "outbound", is_out ? "outbound" : "inbound"));
  }
}

/// Returns the first trusted network of any gateway that overlaps `network`; nullptr if there is none.
const net::Network* find_trusted(const net::Network& network, const Draft& draft) {
  for (const GatewayDraft& one : draft.gateways) {
    for (const net::Network& trusted : one.settings.trusted) {
      if (trusted.overlaps(network)) return &trusted;
    }
  }
  return nullptr;
}

/// A host that brings mail from strangers must not be one that may send in our name.
void check_relays(const SettingHandle& setting, const std::vector<net::Network>& relays) {
  const Draft& draft = setting.draft();
  for (std::size_t i = 0; i < relays.size(); ++i) {
    const auto* const trusted = find_trusted(relays[i], draft);
    if (trusted == nullptr) continue;
    setting.warning(setting.item_place(i),
                    fmt::format("{} and {} of \"trusted\" have hosts in common; a relay brings mail of "
                                "strangers, and one that is trusted may send it to anywhere",
                                relays[i].text(), trusted->text()));
  }
}

constexpr std::string_view kBringsForged = "bring forged bounces, since none is refused";

void warn_of_everybody(const SettingHandle& setting, const std::vector<net::Network>& networks,
                       std::string_view consequence) {
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const std::string network = networks[i].text();
    if (!network.ends_with("/0")) continue;
    setting.warning(setting.item_place(i),
                    fmt::format("{} is everybody; anybody who can connect may {}", network, consequence));
  }
}

void warn_of_everybody(std::size_t index, std::vector<net::Network> GatewaySettings::* list,
                       std::string_view consequence, Draft& draft) {
  warn_of_everybody(handle(draft, {Section::Gateway, index}, list), draft.gateways[index].settings.*list,
                    consequence);
}

void check_believed(std::size_t index, Draft& draft) {
  constexpr std::string_view kConsequence = "claim to be any client";
  warn_of_everybody(index, &GatewaySettings::proxy_protocol, kConsequence, draft);
  warn_of_everybody(index, &GatewaySettings::xclient, kConsequence, draft);
  warn_of_everybody(index, &GatewaySettings::relays, kBringsForged, draft);
}

void check_senders(std::size_t index, Draft& draft) {
  const auto& settings = draft.gateways[index].settings;
  const SectionAt at{Section::Gateway, index};
  const bool is_unclear = handle(draft, at, &GatewaySettings::trusted).is_broken() ||
                          handle(draft, at, &GatewaySettings::tls).is_broken();
  if (settings.trusted.empty() && settings.tls == ListenTls::None && !is_unclear) {
    draft.warning(draft.gateways[index].place,
                  "only clients on this machine that log in can send through this gateway: it has no "
                  "\"trusted\" networks, "
                  "and without \"tls\" AUTH is offered on the loopback alone");
  }
  warn_of_everybody(index, &GatewaySettings::trusted, "send mail to anywhere", draft);
}

void check_directions(Draft& draft) {
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    check_believed(i, draft);
    if (!handle(draft, {Section::Gateway, i}, &GatewaySettings::direction).is_given()) continue;
    check_direction_keys(i, draft);
    if (is_outbound(draft.gateways[i])) {
      check_senders(i, draft);
    } else {
      check_relays(handle(draft, {Section::Gateway, i}, &GatewaySettings::relays),
                   draft.gateways[i].settings.relays);
    }
  }
}

void check_certificate(Draft& draft) {
  const auto& files = draft.config.tls;
  const bool has_certificate = !files.certificate.empty();
  const SettingHandle certificate = handle(draft, {Section::Tls}, &TlsFiles::certificate);
  const SettingHandle key = handle(draft, {Section::Tls}, &TlsFiles::key);
  if (has_certificate != files.key.empty() || certificate.is_broken() || key.is_broken()) return;
  const auto& [given, missing] = has_certificate ? std::pair(certificate, key) : std::pair(key, certificate);
  draft.mistake(given.place(),
                fmt::format("[tls] has no \"{}\", and a certificate needs its key", missing.key()));
}

/// A gateway with TLS needs a certificate, and a certificate that no gateway uses is probably forgotten.
void check_tls_use(Draft& draft) {
  const auto& files = draft.config.tls;
  const bool is_there = !files.certificate.empty() || !files.key.empty();
  bool is_used = false;
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    if (draft.gateways[i].settings.tls == ListenTls::None) continue;
    is_used = true;
    if (is_there) continue;
    handle(draft, {Section::Gateway, i}, &GatewaySettings::tls)
        .mistake("it takes a certificate and a key in [tls], and there are none");
  }
  if (is_used || !is_there) return;
  const auto given = files.certificate.empty() ? &TlsFiles::key : &TlsFiles::certificate;
  draft.warning(handle(draft, {Section::Tls}, given).place(),
                "no gateway uses the certificate: none has \"tls\"");
}

void check_authorities(Draft& draft) {
  const SettingHandle authorities = handle(draft, {Section::Tls}, &gateway::Settings::next_hop_ca);
  if (!authorities.is_given()) return;
  const auto verifies = [](const auto& one) { return one.next_hop.tls == next_hop::Tls::Verified; };
  if (std::ranges::any_of(draft.gateways, verifies) || std::ranges::any_of(draft.domains, verifies)) return;
  authorities.warning("no next hop has next_hop_tls = \"verified\"");
}

void check_domain_lists(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  const SettingHandle never_sends = handle(draft, {Section::Domain, index}, &DomainSettings::never_sends);
  for (std::size_t i = 0; i < settings.never_sends.size(); ++i) {
    if (std::ranges::count(settings.exempt, settings.never_sends[i]) == 0) continue;
    never_sends.warning(
        never_sends.item_place(i),
        fmt::format("\"{}\" is in \"exempt\", too; bounces to it count as forged all the same",
                    base::printable(settings.never_sends[i])));
  }
}

void check_domain_proofs(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  if (settings.stage < policy::Stage::Quarantine) return;
  const auto& config = draft.config;
  const bool has_keys =
      !config.key_file.empty() || handle(draft, {Section::Keys}, &Config::key_file).is_broken();
  if ((has_keys && (config.watermark || config.gateway.has_tags)) || !config.dkim_folder.empty() ||
      !config.ledger.url.empty())
    return;
  handle(draft, {Section::Domain, index}, &DomainSettings::stage)
      .warning(config.gateway.dkim_lookup
                   ? "without watermarks, tags, dkim_keys and a ledger only a DKIM signature whose key is in "
                     "DNS proves a bounce"
                   : "without watermarks, tags, DKIM keys and a ledger nothing can be proven, so unproven "
                     "bounces are only labelled");
}

/// Without an outbound gateway no mail of ours gets a proof here, and none is seen to have one.
void check_domain_way_out(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  if (settings.stage != policy::Stage::Reject || draft.gateways.empty()) return;
  if (std::ranges::any_of(draft.gateways, is_outbound) || draft.config.milter.is_used()) return;
  const SettingHandle stage = handle(draft, {Section::Domain, index}, &DomainSettings::stage);
  if (!settings.ready_since) {
    stage.warning(
        "there is no outbound gateway, so no mail is seen to leave with a proof, and this stage does what "
        "\"label\" does; add one, or declare the domain to be ready (\"ready\") if its mail leaves elsewhere "
        "with "
        "proofs");
  } else if (draft.config.dkim_folder.empty() && !draft.config.gateway.dkim_lookup) {
    stage.warning(
        "there is no outbound gateway, so bounces of your own mail are refused unless another Backstop with "
        "the "
        "same keys takes what leaves; with dkim_keys in [proofs] your DKIM signatures prove them");
  }
}

void check_domain_hosts(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  const SectionAt at{Section::Domain, index};
  const SettingHandle relays = handle(draft, at, &DomainSettings::relays);
  check_relays(relays, settings.relays);
  warn_of_everybody(relays, settings.relays, kBringsForged);
  warn_of_everybody(handle(draft, at, &DomainSettings::local_hosts), settings.local_hosts,
                    "bring forged bounces, and each counts as genuine");
}

void check_domains(Draft& draft) {
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    check_domain_lists(i, draft);
    check_domain_proofs(i, draft);
    check_domain_way_out(i, draft);
    check_domain_hosts(i, draft);
  }
}

void check_tags(Draft& draft) {
  const SettingHandle file = handle(draft, {Section::Keys}, &Config::key_file);
  const SettingHandle tags = handle(draft, {Section::Keys}, &gateway::Settings::has_tags);
  if (!draft.config.key_file.empty() && !tags.is_given() && !tags.is_broken()) {
    file.warning(
        "mail leaves without tags, since \"tags\" is not given; write tags = true to go on with tags, or "
        "tags = false");
  }
  if (draft.config.gateway.has_tags && draft.config.key_file.empty() && !file.is_broken())
    tags.warning("without a key file no tag can be made");
  const SettingHandle watermark = handle(draft, {Section::Proofs}, &Config::watermark);
  if (watermark.is_given() && draft.config.watermark && draft.config.key_file.empty() && !file.is_broken())
    watermark.warning("without a key file no watermark can be made");
  // The lifetime is in range; what is left is the delimiter.
  if (const auto good = origin::check(draft.config.gateway.tags); !good) {
    handle(draft, {Section::Keys}, &origin::TagSettings::delimiter).mistake(good.error().message);
  }
}

void check_resolvers(Draft& draft) {
  const SettingHandle setting = handle(draft, {Section::Proofs}, &gateway::Settings::resolvers);
  for (const auto& server : draft.config.gateway.resolvers) {
    if (!server.address.is_loopback())
      setting.warning("an answer of " + server.text() +
                      " can be forged on its way; a resolver on this machine is safe");
  }
}

/// Only a relay's fields are believed.
void check_authserv(std::size_t index, Draft& draft) {
  const auto& settings = draft.gateways[index].settings;
  const SectionAt at{Section::Gateway, index};
  const SettingHandle ids = handle(draft, at, &GatewaySettings::trusted_authserv);
  const SettingHandle place = handle(draft, at, &GatewaySettings::authserv_place);
  if (place.is_given() && settings.trusted_authserv.empty() && !ids.is_broken())
    place.warning("without \"trusted_authserv\" no such field is believed, wherever it is");
  const auto has_relays = [](const auto& one) { return !one.settings.relays.empty(); };
  if (settings.trusted_authserv.empty() || !settings.relays.empty() ||
      handle(draft, at, &GatewaySettings::relays).is_broken() ||
      std::ranges::any_of(draft.domains, has_relays))
    return;
  ids.warning("there are no \"relays\" whose fields could be believed, so such fields are only taken out");
}

void check_auth_lists(Draft& draft) {
  constexpr std::size_t kMost = 20;
  const SettingHandle lists = handle(draft, {Section::Auth}, &intake::AuthSettings::lists);
  if (draft.config.gateway.auth.lists.size() > kMost)
    lists.mistake(fmt::format("there are more than {} lists, and each is asked for every mail", kMost));
  for (std::size_t i = 0; i < draft.config.gateway.auth.lists.size(); ++i) {
    const auto& list = draft.config.gateway.auth.lists[i];
    if (list.is_null_sender_only && list.ask == intake::AuthList::Asked::Domain) {
      lists.warning(lists.item_place(i), fmt::format("\"{}\" is never asked: the null sender has no domain",
                                                     base::printable(list.zone)));
    }
  }
}

void check_auth(Draft& draft) {
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) check_authserv(i, draft);
  check_auth_lists(draft);
}

void check_limits(Draft& draft) {
  const auto& limits = draft.config.gateway.limits;
  const SettingHandle held = handle(draft, {Section::Limits}, &Limits::held);
  if (limits.held < limits.header && !held.is_broken()) {
    const SettingHandle given = held.is_given() ? held : handle(draft, {Section::Limits}, &Limits::header);
    given.mistake("\"held\" must be at least as much as \"header\", since the header is held, too");
  }
  if (limits.recipients < 100) {
    handle(draft, {Section::Limits}, &Limits::recipients)
        .warning("RFC 5321 (4.5.3.1.8) asks for at least 100");
  }
}

void check_status_socket(Draft& draft) {
  const SettingHandle setting = handle(draft, {Section::Server}, &ServerSettings::status_socket);
  const auto size = draft.config.server.status_socket.size();
  if (size <= net::kMostLocalPath) return;
  setting.mistake(
      fmt::format("the path has {} bytes, and that of a socket may have {}", size, net::kMostLocalPath));
}

}  // namespace

void check_settings(Draft& draft) {
  check_status_socket(draft);
  check_presence(draft);
  check_names(draft);
  check_listen(draft);
  check_milter(draft);
  check_socketmap(draft);
  check_http(draft);
  check_hops(draft);
  check_directions(draft);
  check_certificate(draft);
  check_tls_use(draft);
  check_authorities(draft);
  check_domains(draft);
  check_tags(draft);
  check_resolvers(draft);
  check_auth(draft);
  check_stores(draft);
  check_way_out(draft);
  check_limits(draft);
}

}  // namespace backstop::config
