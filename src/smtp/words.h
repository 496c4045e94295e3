// The words and numbers of a command or a reply line.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/text.h"

namespace backstop::smtp {

/// Returns the next word of `rest` and moves `rest` past it; "" if there is none.
inline std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

inline bool has_word(std::string_view words, std::string_view word) {
  while (true) {
    const std::string_view next = next_word(words);
    if (next.empty()) return false;
    if (base::iequals(next, word)) return true;
  }
}

inline void append_word(std::string_view word, std::string& words) {
  if (!words.empty()) words += ' ';
  words += word;
}

/// Reads a decimal number: 1 to 20 digits (RFC 1870 3, RFC 3030 2), no sign, no space. One that does not fit
/// becomes the largest number. nullopt for everything else.
inline std::optional<std::uint64_t> parse_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 20;
  if (text.empty() || text.size() > kMostDigits || !base::is_digit(text.front())) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return std::nullopt;
  return error == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

/// Returns text of the other side as our replies show it: short, printable, in quotes.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t kMostShown = 40;
  // Dots in ASCII: most replies can't have an ellipsis.
  const std::string_view shown = text.size() > kMostShown ? base::utf8_prefix(text, kMostShown) : text;
  return '"' + base::printable(shown) + (shown.size() < text.size() ? "...\"" : "\"");
}

}  // namespace backstop::smtp
