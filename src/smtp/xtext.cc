#include "smtp/xtext.h"

#include "base/text.h"

namespace backstop::smtp {
namespace {

constexpr bool is_xchar(char c) {
  return c >= '!' && c <= '~' && c != '+' && c != '=';
}

constexpr bool is_hexchar(std::string_view text) {
  return text.size() >= 3 && text[0] == '+' && base::hex_value(text[1]) >= 0 && base::hex_value(text[2]) >= 0;
}

}  // namespace

bool is_xtext(std::string_view text) {
  while (!text.empty()) {
    if (is_xchar(text.front())) {
      text.remove_prefix(1);
    } else if (is_hexchar(text)) {
      text.remove_prefix(3);
    } else {
      return false;
    }
  }
  return true;
}

std::string to_xtext(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_xchar(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append(1, '+').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  return out;
}

std::optional<std::string> from_xtext(std::string_view text) {
  if (!is_xtext(text)) return std::nullopt;
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      out += static_cast<char>(base::hex_value(text[at + 1]) * 16 + base::hex_value(text[at + 2]));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace backstop::smtp
