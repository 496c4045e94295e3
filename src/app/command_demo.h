// `backstop demo`: what the program finds in the sample mailbox that comes with it.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_demo_command(CLI::App& root, CommandContext& context);

/// Also what the program does without arguments.
void demo(CommandContext& context);

}  // namespace backstop::app
