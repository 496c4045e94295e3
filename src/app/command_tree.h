// The subcommands and options as data, for whatever is written from the same source as the help text: manual
// pages and completion. Hidden ones (of the group "") are left out.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace backstop::app {

std::vector<const CLI::App*> visible_commands(const CLI::App& app);
std::vector<const CLI::Option*> visible_options(const CLI::App& app);

/// All spellings of an option with their dashes: "-h", "--help". Empty for a positional argument.
std::vector<std::string> spellings(const CLI::Option& option);

}  // namespace backstop::app
