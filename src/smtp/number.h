// Decimal numbers of the protocol: digits alone, no sign, no space.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/text.h"

namespace backstop::smtp {

/// 1 to 20 digits (RFC 1870 3, RFC 3030 2); what doesn't fit becomes the largest number. nullopt otherwise.
inline std::optional<std::uint64_t> parse_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 20;
  if (text.empty() || text.size() > kMostDigits || !base::is_digit(text.front())) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return std::nullopt;
  return error == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace backstop::smtp
