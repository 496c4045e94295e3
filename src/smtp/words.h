// The words between the spaces of a command or a reply line.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"

namespace backstop::smtp {

/// The next word of `rest`, and `rest` moved past it; "" when there is none left.
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

/// Text of the other side as a reply of ours shows it: short, printable, in quotes.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t kMostShown = 40;
  // The ellipsis in ASCII: most replies can't hold another.
  const std::string_view shown = text.size() > kMostShown ? base::utf8_prefix(text, kMostShown) : text;
  return '"' + base::printable(shown) + (shown.size() < text.size() ? "...\"" : "\"");
}

}  // namespace backstop::smtp
