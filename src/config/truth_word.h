// The words that people write for true and false out of habit, such as "True", "yes" and "on".
#pragma once

#include <optional>
#include <string_view>

namespace backstop::config {

/// Returns what a word means that is meant for true or false, in any case; nullopt if it is no such word.
std::optional<bool> truth_meant_by(std::string_view word);

}  // namespace backstop::config
