// What is wrong with a command line, in words: which command or option was probably meant, and where an
// option belongs.
#pragma once

#include <CLI/App.hpp>
#include <span>
#include <string>
#include <string_view>

namespace backstop::app {

/// Returns the name that was probably meant: one that is written much like `text`, or else the only one that
/// begins with it or has it as one of its parts ("config" of "check-config"). Empty if there is none.
std::string_view suggestion(std::string_view text, std::span<const std::string_view> names);

/// Returns "; did you mean NAME?", or nothing without a name.
std::string did_you_mean(std::string_view name);

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
