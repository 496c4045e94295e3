// The whole command line of the program: the root, its subcommands, and how errors in it are reported.
#pragma once

#include <CLI/App.hpp>
#include <memory>

#include "app/command.h"

namespace backstop::app {

/// The root with all subcommands. `context` must outlive it.
std::unique_ptr<CLI::App> make_program(CommandContext& context);

/// Parses the arguments, runs the subcommand, and returns the exit status.
int run_program(int argc, const char* const* argv, CommandContext& context);

}  // namespace backstop::app
