#include "app/service_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/text.h"
#include "policy/verdict.h"

namespace backstop::app {

namespace {

using Gateways = std::vector<gateway::GatewaySettings>;

std::string_view name(gateway::Direction direction) {
  return direction == gateway::Direction::Inbound ? "inbound" : "outbound";
}

std::string gateway_line(const gateway::GatewaySettings& gateway) {
  return fmt::format("gateway {}: {}, next hop {}", gateway.name, name(gateway.direction),
                     base::printable(gateway.next_hop.url));
}

std::string domain_line(const gateway::DomainTable& domains) {
  std::string line = fmt::format("domains: {}", domains.size());
  for (const auto stage : policy::kStageNames) {
    const auto count =
        std::ranges::count(domains, stage, [](const auto& one) { return policy::name(one.stage); });
    if (count > 0) fmt::format_to(std::back_inserter(line), ", {} at stage {}", count, stage);
  }
  const auto own = std::ranges::count_if(domains, [](const auto& one) { return one.next_hop.has_value(); });
  if (own > 0) fmt::format_to(std::back_inserter(line), "; {} with a next hop of their own", own);
  return line;
}

std::string key_line(const Config& config) {
  if (config.key_file.empty()) return "keys: none; no mail is tagged, and no bounce can prove itself";
  const auto& keys = config.gateway.keys;
  const auto* const signing = keys.signing_key();
  return fmt::format(
      "keys: {} in {}, {}", keys.keys().size(), base::printable(config.key_file),
      signing == nullptr ? "none of which signs" : fmt::format("key {} signs", signing->number));
}

std::string history_line(const Config& config) {
  if (!config.history_enabled) return "history: none is kept";
  return fmt::format("history: {}", base::printable(config.history.url));
}

const gateway::GatewaySettings* find(const Gateways& gateways, std::string_view name) {
  const auto found = std::ranges::find(gateways, name, &gateway::GatewaySettings::name);
  return found == gateways.end() ? nullptr : &*found;
}

void compare_gateways(const Gateways& running, const Gateways& wanted, std::vector<std::string>& lines) {
  for (const auto& one : wanted) {
    const auto* const now = find(running, one.name);
    if (now == nullptr) {
      lines.push_back(fmt::format("gateway {} is new: it opens with the next restart", one.name));
    } else if (now->listen != one.listen) {
      lines.push_back(fmt::format("gateway {}: its \"listen\" has changed, which takes a restart", one.name));
    }
  }
  for (const auto& one : running) {
    if (find(wanted, one.name) != nullptr) continue;
    lines.push_back(
        fmt::format("gateway {} is gone: its clients are turned away until its addresses are given up with "
                    "the next restart",
                    one.name));
  }
}

}  // namespace

std::vector<std::string> setting_lines(const Config& config) {
  std::vector<std::string> lines;
  for (const auto& gateway : config.gateway.gateways) lines.push_back(gateway_line(gateway));
  lines.push_back(domain_line(config.gateway.domains));
  lines.push_back(key_line(config));
  lines.push_back(history_line(config));
  return lines;
}

std::vector<std::string> restart_lines(const Config& running, const Config& wanted) {
  std::vector<std::string> lines;
  compare_gateways(running.gateway.gateways, wanted.gateway.gateways, lines);
  const auto compare = [&](bool is_equal, std::string_view what) {
    if (!is_equal) lines.push_back(fmt::format("{} has changed, which takes a restart", what));
  };
  compare(running.server.workers == wanted.server.workers, "\"workers\"");
  compare(running.server.user == wanted.server.user, "\"user\"");
  compare(running.history_enabled == wanted.history_enabled && running.history == wanted.history,
          "[history]");
  return lines;
}

}  // namespace backstop::app
