#include "config/truth_word.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::config {

std::optional<bool> truth_meant_by(std::string_view word) {
  constexpr std::array<std::string_view, 7> kTrue = {"true", "yes", "on", "y", "1", "enable", "enabled"};
  constexpr std::array<std::string_view, 7> kFalse = {"false", "no", "off", "n", "0", "disable", "disabled"};
  const auto is_word = [&](std::string_view one) { return base::iequals(one, word); };
  if (std::ranges::any_of(kTrue, is_word)) return true;
  if (std::ranges::any_of(kFalse, is_word)) return false;
  return std::nullopt;
}

}  // namespace backstop::config
