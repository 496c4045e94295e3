// What is wrong with a command line, in words: which command or option was probably meant, and where an
// option belongs.
#pragma once

#include <CLI/App.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::app {

/// Returns the names that were probably meant: those that are written much like `text`, or else those that
/// begin with it or have it as one of their parts ("config" of "check-config"). None if there are too many.
std::vector<std::string_view> suggestions(std::string_view text, std::span<const std::string_view> names);

/// Returns "; did you mean A, B or C?", or nothing without a name.
std::string did_you_mean(std::span<const std::string_view> names);

/// Returns the command that was typed, down to "keys new"; the program itself if there is none.
const CLI::App& typed_command(const CLI::App& root);

/// Returns how a command is typed, as in "backstop keys new".
std::string full_name(const CLI::App& command);

/// Returns the visible command of that name in `parent`, or null.
const CLI::App* find_command(const CLI::App& parent, std::string_view name);

/// Returns what is wrong with the name of a command that was looked for in `parent`: "there is no command
/// "histroy"; did you mean history?".
std::string no_command(const CLI::App& parent, std::string_view name);

/// Returns what is wrong. These are CLI11's words, except for the mistakes that it can't explain.
std::string usage_words(const CLI::App& root, const CLI::ParseError& error);

}  // namespace backstop::app
