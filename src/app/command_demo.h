// `backstop demo`: the gateway at work on mail of its own making. docs/command-line.md says what it shows.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_demo_command(CLI::App& root, CommandContext& context);

/// What it does without options, and what the program does without a command.
void demo(CommandContext& context);

}  // namespace backstop::app
