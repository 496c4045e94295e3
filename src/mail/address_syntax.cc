#include "mail/address_syntax.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::mail {
namespace {

constexpr std::size_t kDomainMost = 255;
constexpr std::size_t kLabelMost = 63;

constexpr bool is_high(char c) {
  return static_cast<unsigned char>(c) > 127;
}

constexpr auto kAtext = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    table[byte] = base::is_alpha(c) || base::is_digit(c) || is_high(c);
  }
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  bool is_ascii = true;
  for (const char c : label) {
    if (is_high(c)) {
      is_ascii = false;
    } else if (!base::is_alpha(c) && !base::is_digit(c) && c != '-' && c != '_') {
      return false;
    }
  }
  // The limit is for the label in the DNS; the same label in UTF-8 may be longer.
  return !is_ascii || label.size() <= kLabelMost;
}

bool is_domain_name(std::string_view text) {
  if (text.size() > kDomainMost) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_ipv4(std::string_view text) {
  for (int number = 1;; ++number) {
    const std::size_t digits = std::min(text.find('.'), text.size());
    if (digits == 0 || digits > 3) return false;
    int value = 0;
    for (const char c : text.substr(0, digits)) {
      if (!base::is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    if (value > 255) return false;
    if (number == 4) return digits == text.size();
    if (digits == text.size()) return false;
    text.remove_prefix(digits + 1);
  }
}

bool is_hex_group(std::string_view text) {
  const auto is_hex = [](char c) { return base::hex_value(c) >= 0; };
  return !text.empty() && text.size() <= 4 && std::ranges::all_of(text, is_hex);
}

// RFC 5321 4.1.3: eight groups, or at most six and one "::"; the last two may be written as IPv4.
bool is_ipv6(std::string_view text) {
  bool has_gap = false;
  if (text.starts_with("::")) {
    has_gap = true;
    text.remove_prefix(2);
  }
  int groups = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && is_ipv4(group)) {
      groups += 2;
      break;
    }
    if (!is_hex_group(group)) return false;
    ++groups;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
    if (text.front() == ':') {
      if (has_gap) return false;
      has_gap = true;
      text.remove_prefix(1);
    }
  }
  return has_gap ? groups <= 6 : groups == 8;
}

bool is_literal(std::string_view text) {
  constexpr std::string_view kIpv6 = "IPv6:";
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  return base::istarts_with(text, kIpv6) ? is_ipv6(text.substr(kIpv6.size())) : is_ipv4(text);
}

}  // namespace

bool is_atext(char c) {
  return kAtext[static_cast<unsigned char>(c)];
}

bool is_quotable(char c) {
  return (c >= ' ' && c <= '~') || is_high(c);
}

bool is_dot_string(std::string_view text) {
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_atext(c)) return false;
    before = c;
  }
  return before != '.';
}

bool is_domain(std::string_view text) {
  return text.starts_with('[') ? is_literal(text) : is_domain_name(text);
}

std::size_t quoted_length(std::string_view text) {
  if (!text.starts_with('"')) return 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
    if (at == text.size() || !is_quotable(text[at])) return 0;
  }
  return 0;
}

}  // namespace backstop::mail
