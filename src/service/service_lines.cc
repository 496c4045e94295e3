#include "service/service_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/day.h"
#include "base/text.h"
#include "directory/file_directory.h"
#include "policy/verdict.h"

namespace backstop::service {

namespace {

// Its places stay as they are until a restart.
void keep_doors(const net::DoorSettings& running, net::DoorSettings& wanted) {
  wanted.listen = running.listen;
  wanted.mode = running.mode;
  wanted.group = running.group;
}

std::string gateway_line(const gateway::GatewaySettings& gateway) {
  std::vector<std::string> addresses;
  for (const auto& endpoint : gateway.listen) addresses.push_back(endpoint.text());
  return fmt::format("gateway {}: {}, listens on {}, next hop {}", gateway.name,
                     store::name(gateway.direction), fmt::join(addresses, " and "),
                     base::printable(gateway.next_hop.url));
}

std::string milter_line(const filter::MilterSettings& milter) {
  std::vector<std::string> places;
  for (const auto& place : milter.listen) places.push_back(base::printable(place.text()));
  for (const auto& place : milter.internal)
    places.push_back(base::printable(place.text()) + " (mail of the server's own)");
  return fmt::format("milter: listens at {}", fmt::join(places, " and "));
}

std::string socketmap_line(const net::DoorSettings& socketmap) {
  std::vector<std::string> places;
  for (const auto& place : socketmap.listen) places.push_back(base::printable(place.text()));
  return fmt::format("socketmap: listens at {}", fmt::join(places, " and "));
}

std::string domain_line(const intake::DomainTable& domains) {
  std::string line = fmt::format("domains: {}", domains.size());
  for (const auto stage : policy::kStageNames) {
    const auto count =
        std::ranges::count(domains, stage, [](const auto& one) { return policy::name(one.stage); });
    if (count > 0) fmt::format_to(std::back_inserter(line), ", {} at stage {}", count, stage);
  }
  const auto own = std::ranges::count_if(domains, [](const auto& one) { return one.next_hop != nullptr; });
  if (own > 0) fmt::format_to(std::back_inserter(line), "; {} with a next hop of their own", own);
  return line;
}

// Such a declaration overrides what is observed.
std::string declared_line(const intake::DomainTable& domains) {
  constexpr std::size_t kMostNamed = 20;
  std::vector<std::string> named;
  std::size_t count = 0;
  for (const auto& one : domains) {
    if (!one.ready_since || ++count > kMostNamed) continue;
    named.push_back(
        fmt::format("{} since {}", base::printable(one.name), base::format_day(*one.ready_since)));
  }
  if (count == 0) return {};
  return fmt::format("declared to be ready, whatever is observed: {}{}", fmt::join(named, ", "),
                     count > kMostNamed ? fmt::format(" and {} more", count - kMostNamed) : "");
}

/// One for each file.
std::vector<std::string> recipient_lines(const intake::DomainTable& domains) {
  std::vector<std::string> lines;
  std::set<const directory::Directory*> told;
  for (const auto& domain : domains) {
    const auto* const file = dynamic_cast<const directory::FileDirectory*>(domain.recipient_directory.get());
    if (file == nullptr || !told.insert(file).second) continue;
    const auto list = file->get();
    lines.push_back(fmt::format("recipients: {} in {}", list == nullptr ? 0 : list->size(),
                                base::printable(file->path())));
  }
  return lines;
}

std::string key_line(const config::Config& config) {
  if (config.key_file.empty()) return "keys: none; mail leaves without watermarks and tags";
  const auto& keys = config.gateway.keys;
  const auto* const signing = keys.signing_key();
  std::string line =
      fmt::format("keys: {} in {}, {}; fingerprints:", keys.keys().size(), base::printable(config.key_file),
                  signing == nullptr         ? "none of which signs"
                  : !config.gateway.has_tags ? "tags are off"
                                             : fmt::format("key {} signs", signing->number));
  for (const auto& key : keys.keys()) {
    fmt::format_to(std::back_inserter(line), " {}={}", key.number, fingerprint(key));
  }
  return line;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string dkim_line(const config::Config& config) {
  const auto& keys = config.gateway.dkim_keys;
  return fmt::format("dkim_keys: {} of {} in {}", counted(keys == nullptr ? 0 : keys->size(), "key"),
                     counted(keys == nullptr ? 0 : keys->count_domains(), "domain"),
                     base::printable(config.dkim_folder));
}

std::string history_line(const config::Config& config) {
  if (!config.history_enabled) return "history: none is kept";
  return fmt::format("history: {}", base::printable(config.history.url));
}

std::string ledger_line(const config::Config& config) {
  if (config.ledger.url.empty()) return "ledger: none is kept";
  return fmt::format("ledger: {}", base::printable(config.ledger.url));
}

std::string auth_line(const intake::AuthSettings& auth) {
  using intake::AuthUse;
  std::vector<std::string> refusing;
  if (auth.spf == AuthUse::Reject) refusing.emplace_back("spf");
  if (auth.dmarc == AuthUse::Reject) refusing.emplace_back("dmarc");
  if (auth.sender_domain == AuthUse::Reject) refusing.emplace_back("sender_domain");
  const auto lists = std::ranges::count_if(auth.lists, &intake::AuthList::is_rejecting);
  if (lists > 0) refusing.push_back(counted(static_cast<std::size_t>(lists), "list"));
  if (refusing.empty()) return "auth: refuses nothing";
  return fmt::format("auth: refuses by {}", fmt::join(refusing, ", "));
}

std::string way_out_line(const intake::WayOutSettings& way_out) {
  return fmt::format(
      "way out: stage {}{}{}", policy::name(way_out.stage),
      way_out.vacation == intake::VacationRule::Leave ? ", vacation replies are not judged" : "",
      way_out.is_muting ? ", mutes" : "");
}

bool has_gateway(const config::Config& config, gateway::Direction direction) {
  return std::ranges::any_of(config.gateway.gateways,
                             [&](const auto& one) { return one.direction == direction; });
}

/// True if the wanted stage of [way_out] would put responses into a store that isn't open.
bool waits_for_store(const config::Config& running, const config::Config& wanted) {
  return wanted.gateway.way_out.stage >= policy::WayOutStage::Hold && running.held.url != wanted.held.url;
}

std::string kept_line(const store::QuarantineSettings& settings) {
  return fmt::format("{}: {}", name(settings.place), base::printable(settings.url));
}

std::string address_line(const gateway::Server::Rebinding::Change& change) {
  using Kind = gateway::Server::Rebinding::Change::Kind;
  const auto address = change.what.endpoint.text();
  switch (change.kind) {
    case Kind::Opened:
      return fmt::format("gateway {}: opened {}", change.what.gateway, address);
    case Kind::TakenOver:
      return fmt::format("gateway {}: took over {} from {}", change.what.gateway, address, change.before);
    case Kind::Closed:
      return fmt::format("gateway {}: closed {}", change.what.gateway, address);
  }
  return {};
}

}  // namespace

std::vector<std::string> address_lines(const std::vector<gateway::Server::Rebinding::Change>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes) lines.push_back(address_line(change));
  return lines;
}

std::vector<std::string> setting_lines(const config::Config& config) {
  std::vector<std::string> lines;
  for (const auto& gateway : config.gateway.gateways) lines.push_back(gateway_line(gateway));
  if (config.milter.is_used()) lines.push_back(milter_line(config.milter));
  if (!config.socketmap.listen.empty()) lines.push_back(socketmap_line(config.socketmap));
  lines.push_back(domain_line(config.gateway.domains));
  if (auto line = declared_line(config.gateway.domains); !line.empty()) lines.push_back(std::move(line));
  std::ranges::move(recipient_lines(config.gateway.domains), std::back_inserter(lines));
  lines.push_back(key_line(config));
  if (!config.dkim_folder.empty()) lines.push_back(dkim_line(config));
  lines.push_back(history_line(config));
  lines.push_back(ledger_line(config));
  const bool has_milter = config.milter.is_used();
  if (has_milter || has_gateway(config, gateway::Direction::Inbound))
    lines.push_back(auth_line(config.gateway.auth));
  if (has_milter || has_gateway(config, gateway::Direction::Outbound))
    lines.push_back(way_out_line(config.gateway.way_out));
  if (!config.quarantine.url.empty()) lines.push_back(kept_line(config.quarantine));
  if (!config.held.url.empty()) lines.push_back(kept_line(config.held));
  return lines;
}

std::vector<std::string> domain_lines(const intake::DomainTable& domains) {
  std::vector<std::string> lines;
  for (const auto& one : domains) {
    if (lines.size() == kMostNamedDomains) {
      const auto more = domains.size() - kMostNamedDomains;
      lines.push_back(fmt::format("and {} more domain{}", more, more == 1 ? "" : "s"));
      break;
    }
    std::string line = fmt::format("domain {}: stage {}", base::printable(one.name), policy::name(one.stage));
    if (one.next_hop != nullptr) line += fmt::format(", next hop {}", base::printable(one.next_hop->url));
    if (!one.alias_file.empty()) line += fmt::format(", aliases {}", base::printable(one.alias_file));
    if (!one.recipients.empty()) line += fmt::format(", recipients {}", base::printable(one.recipients));
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> restart_lines(const config::Config& running, const config::Config& wanted) {
  std::vector<std::string> lines;
  const auto compare = [&](bool is_equal, std::string_view what) {
    if (!is_equal) lines.push_back(fmt::format("{} has changed, which takes a restart", what));
  };
  compare(running.server.workers == wanted.server.workers, "\"workers\"");
  compare(running.server.user == wanted.server.user, "\"user\"");
  compare(running.server.status_socket == wanted.server.status_socket, "\"status_socket\"");
  const auto place_of = [](const filter::MilterSettings& milter) {
    return std::tie(milter.listen, milter.internal, milter.mode, milter.group);
  };
  compare(place_of(running.milter) == place_of(wanted.milter), "where [milter] listens");
  const auto doors_of = [](const net::DoorSettings& doors) {
    return std::tie(doors.listen, doors.mode, doors.group);
  };
  compare(doors_of(running.socketmap) == doors_of(wanted.socketmap), "where [socketmap] listens");
  compare(doors_of(running.http) == doors_of(wanted.http) &&
              running.http.public_listen == wanted.http.public_listen,
          "where [http] listens");
  compare(running.history_enabled == wanted.history_enabled && running.history == wanted.history,
          "[history]");
  compare(running.ledger == wanted.ledger, "[ledger]");
  compare(running.quarantine == wanted.quarantine, "[quarantine]");
  compare(running.held == wanted.held, "the store of [way_out]");
  const auto stage = running.gateway.way_out.stage;
  if (waits_for_store(running, wanted) && stage != wanted.gateway.way_out.stage) {
    lines.push_back(fmt::format(
        "\"stage\" of [way_out] takes the restart, too, since its store is not open: it is still {}",
        policy::name(stage)));
  }
  return lines;
}

void keep_what_runs(const config::Config& running, config::Config& wanted) {
  if (waits_for_store(running, wanted)) wanted.gateway.way_out.stage = running.gateway.way_out.stage;
  wanted.server = running.server;
  wanted.milter.internal = running.milter.internal;
  keep_doors(running.milter, wanted.milter);
  keep_doors(running.socketmap, wanted.socketmap);
  keep_doors(running.http, wanted.http);
  wanted.http.public_listen = running.http.public_listen;
  wanted.history_enabled = running.history_enabled;
  wanted.history = running.history;
  wanted.ledger = running.ledger;
  wanted.quarantine = running.quarantine;
  wanted.gateway.has_quarantine = running.gateway.has_quarantine;
  wanted.held = running.held;
}

}  // namespace backstop::service
