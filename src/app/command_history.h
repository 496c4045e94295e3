// `backstop history`: what the gateway decided, and why.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_history_command(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
