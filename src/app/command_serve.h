// `backstop serve -c FILE`: the gateway, until it is told to stop.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_serve_command(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
