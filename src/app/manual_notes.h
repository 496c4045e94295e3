// What manual pages say beside the help: files, signals and variables of the environment.
#pragma once

#include <span>
#include <string_view>

namespace backstop::app {

struct ManualNote {
  std::string_view command;  ///< empty: the program as a whole
  std::string_view heading;  ///< of the section: "FILES"
  std::string_view term;
  std::string_view text;
};

std::span<const ManualNote> manual_notes();

/// The note of every command that takes a configuration.
const ManualNote& configuration_note();

}  // namespace backstop::app
