// `backstop check-config`: whether a configuration file is right, and if not, everything that is wrong with
// it.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_check_config_command(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
