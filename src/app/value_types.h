// What the values of options and arguments are, by the name that the help gives them: KIND is one of the
// kinds, FILE a file. The checks, the help and the completion use this one table.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace backstop::app {

enum class Completes : std::uint8_t {
  Words,     ///< one of `words`
  Files,     ///< the name of a file or a folder
  Folders,   ///< the name of a folder
  Commands,  ///< a command of the program, or one of `words`
};

struct ValueType {
  std::string_view name;
  Completes completes = Completes::Words;
  std::span<const std::string_view> words = {};
};

std::span<const ValueType> value_types();

/// Returns the row of that name, or null if such values can't be listed: DATE, ADDRESS, N.
const ValueType* find_value_type(std::string_view name);

/// Returns the words of a type that has them.
std::span<const std::string_view> words_of(std::string_view name);

/// Takes the words of a type, and names them if another one is given.
CLI::Validator one_of(std::string_view name);

/// Returns what the help calls the value of an option or argument: "FILE"; empty for a flag.
std::string value_name(const CLI::Option& option);

}  // namespace backstop::app
