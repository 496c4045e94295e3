// What the log says about the service itself: its settings at a start, and what a reload leaves for the next
// start.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "gateway/server.h"

namespace backstop::service {

/// "gateway in: opened 127.0.0.1:25", a line each.
std::vector<std::string> address_lines(const std::vector<gateway::Server::Rebinding::Change>& changes);

/// Gateways, stages, files of recipients, keys, history, ledger, what [auth] refuses, the stage of [way_out],
/// quarantine and held store, a line each.
std::vector<std::string> setting_lines(const config::Config& config);

/// More domains are not named.
inline constexpr std::size_t kMostNamedDomains = 100;

/// Each domain with its stage and what is its own, a line each.
std::vector<std::string> domain_lines(const intake::DomainTable& domains);

/// The settings of `wanted` that differ from what runs and take a restart, a line each.
std::vector<std::string> restart_lines(const config::Config& running, const config::Config& wanted);

/// Puts back in `wanted` what takes a restart, as restart_lines() names it. A stage of [way_out] that holds
/// waits for the restart, too, if its store is not the one that is open.
void keep_what_runs(const config::Config& running, config::Config& wanted);

}  // namespace backstop::service
