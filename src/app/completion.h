// Completion for bash from the tree of commands.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace backstop::app {

/// A script for share/bash-completion/completions/backstop: subcommands, options, and file names elsewhere.
std::string bash_completion(const CLI::App& root);

}  // namespace backstop::app
