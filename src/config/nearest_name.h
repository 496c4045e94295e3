// "did you mean ...?": the known name that is written most like a mistyped one.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace backstop::config {

/// Empty if no name is near: more than a third of its letters would have to change, at least
/// one. Two letters that changed places are one change. Case does not matter. Names and text past 64 bytes
/// are near to nothing.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names);

/// Returns all names that are as near as the nearest one, in their order; none if that is not near.
std::vector<std::string_view> nearest_names(std::string_view text, std::span<const std::string_view> names);

}  // namespace backstop::config
