// What the log says of the service itself: what it is made of at a start, and what a reload leaves for the
// next one.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace backstop::app {

/// Gateways, stages, keys and history, a line each.
std::vector<std::string> setting_lines(const Config& config);

/// The settings of `wanted` that differ from what runs and take a restart, a line each.
std::vector<std::string> restart_lines(const Config& running, const Config& wanted);

}  // namespace backstop::app
