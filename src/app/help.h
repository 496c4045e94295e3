// --help, and the tree of subcommands and options as data, for the texts that are written from the same
// source: manual pages and completion.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

namespace backstop::app {

std::shared_ptr<CLI::FormatterBase> help_formatter();

std::vector<const CLI::App*> visible_commands(const CLI::App& app);
std::vector<const CLI::Option*> visible_options(const CLI::App& app);

/// All spellings of an option with their dashes: "-h", "--help". Empty for a positional argument.
std::vector<std::string> spellings(const CLI::Option& option);

}  // namespace backstop::app
