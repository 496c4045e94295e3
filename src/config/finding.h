// What is wrong in a configuration file: one finding, one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml_tree.h"

namespace backstop::config {

/// A mistake, with which the configuration can't be used, or a warning, with which it can.
struct Finding {
  enum class Kind : std::uint8_t { Mistake, Warning };

  Kind kind = Kind::Mistake;
  Place place;
  std::string what;  ///< one clause: what was found and what would be right

  bool operator==(const Finding&) const = default;
};

bool has_mistakes(const std::vector<Finding>& findings);

/// Puts them into the order of the file.
void sort(std::vector<Finding>& findings);

/// Returns "FILE:LINE:COLUMN: what", with "warning: " in front of a warning's.
std::string finding_line(std::string_view file, const Finding& finding);

}  // namespace backstop::config
