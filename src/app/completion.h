// The completion script for bash, from the tree of commands and the table of value types.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace backstop::app {

/// Completes commands, options, and the values that can be listed: words such as kinds and causes, files,
/// folders and commands.
std::string bash_completion(const CLI::App& root);

}  // namespace backstop::app
