// xtext (RFC 3461 4): printable ASCII but '+' and '=', and +XX, where X is a hex digit of either case.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace backstop::smtp {

bool is_xtext(std::string_view text);
std::string to_xtext(std::string_view text);
/// Returns nullopt if `text` is no xtext.
std::optional<std::string> from_xtext(std::string_view text);

}  // namespace backstop::smtp
