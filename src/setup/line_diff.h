// What differs between two texts, line by line, as diff -u shows it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace backstop::setup {

/// Returns an empty text if nothing differs. Of two texts with some 2,000 lines each or more, all lines are
/// shown: first the old ones, then the new ones.
std::string line_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace backstop::setup
