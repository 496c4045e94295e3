// Manual pages (roff, man macros) from the tree of commands: the same words as --help.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace backstop::app {

/// The page of the whole program, backstop(1).
std::string program_page(const CLI::App& root);

/// The page of one subcommand, backstop-NAME(1), with the commands in it.
std::string command_page(const CLI::App& root, const CLI::App& command);

}  // namespace backstop::app
