#include "auth/spf_macro.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/text.h"

namespace backstop::auth {

namespace {

using boost::asio::ip::address;

constexpr std::string_view kDelimiters = ".-+,/_=";
constexpr std::size_t kMostName = 253;
constexpr std::size_t kMostLabel = 63;

std::unexpected<base::Error> error(std::string_view what) {
  return std::unexpected(base::Error{std::string(what)});
}

bool is_alphanumeric(char c) {
  return base::is_alpha(c) || base::is_digit(c);
}

/// toplabel of RFC 7208 7.1.
bool is_top_label(std::string_view text) {
  const auto is_fit = [](char c) { return is_alphanumeric(c) || c == '-'; };
  return !text.empty() && std::ranges::all_of(text, is_fit) && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && !std::ranges::all_of(text, base::is_digit);
}

/// Returns the nibbles of an IPv6 address with dots between, or an IPv4 address as it is.
std::string dotted(const address& client) {
  if (client.is_v4()) return client.to_string();
  std::string text;
  for (const unsigned byte : client.to_v6().to_bytes())
    text += fmt::format("{}{:X}.{:X}", text.empty() ? "" : ".", byte >> 4, byte & 15);
  return text;
}

std::string value_of(char letter, const SpfMacroValues& values) {
  switch (letter) {
    case 's':
      return values.local + "@" + values.origin;
    case 'l':
      return values.local;
    case 'o':
      return values.origin;
    case 'd':
      return values.domain;
    case 'i':
      return dotted(values.client);
    case 'p':
      return values.client_name;
    case 'v':
      return values.client.is_v4() ? "in-addr" : "ip6";
    case 'h':
      return values.helo;
    case 'c':
      return values.client.to_string();
    case 'r':
      return values.receiver;
    case 't':
      return std::to_string(values.time.time_since_epoch().count());
    default:
      return "";
  }
}

std::vector<std::string_view> parts_of(std::string_view text, std::string_view delimiters) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find_first_of(delimiters);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string url_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (is_alphanumeric(c) || std::string_view("-._~").contains(c)) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

/// Takes the digits at the start; a number that is too large is one that is larger than any count of parts.
std::size_t take_number(std::string_view& rest) {
  constexpr std::size_t kMost = 1'000'000;
  std::size_t number = 0;
  while (!rest.empty() && base::is_digit(rest.front())) {
    number = std::min(kMost, number * 10 + static_cast<std::size_t>(rest.front() - '0'));
    rest.remove_prefix(1);
  }
  return number;
}

}  // namespace

/// Takes a macro, behind its "%{".
base::Result<SpfMacroText::Piece> SpfMacroText::parse_macro(std::string_view& rest, Grammar grammar) {
  const std::string_view letters = grammar == Grammar::Explanation ? "slodipvhcrt" : "slodipvh";
  if (rest.empty() || !letters.contains(base::ascii_lower(rest.front()))) {
    return error("a macro has no letter that is allowed");
  }
  Piece piece{.letter = base::ascii_lower(rest.front()),
              .is_escaped = rest.front() != base::ascii_lower(rest.front()),
              .is_macro_expand = true};
  rest.remove_prefix(1);
  if (!rest.empty() && base::is_digit(rest.front())) {
    piece.most_parts = take_number(rest);
    if (piece.most_parts == 0) return error("a macro takes 0 parts");
  }
  if (!rest.empty() && base::ascii_lower(rest.front()) == 'r') {
    piece.is_reversed = true;
    rest.remove_prefix(1);
  }
  const auto end = std::min(rest.find_first_not_of(kDelimiters), rest.size());
  piece.literal = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!rest.starts_with('}')) return error("a macro has no end");
  rest.remove_prefix(1);
  return piece;
}

/// Takes what a "%" starts, behind it.
base::Result<SpfMacroText::Piece> SpfMacroText::parse_escape(std::string_view& rest, Grammar grammar) {
  const char c = rest.empty() ? '\0' : rest.front();
  if (!rest.empty()) rest.remove_prefix(1);
  switch (c) {
    case '{':
      return parse_macro(rest, grammar);
    case '%':
      return Piece{.literal = "%", .is_macro_expand = true};
    case '_':
      return Piece{.literal = " ", .is_macro_expand = true};
    case '-':
      return Piece{.literal = "%20", .is_macro_expand = true};
    default:
      return error("a \"%\" begins no macro");
  }
}

void SpfMacroText::add_literal(char c) {
  if (pieces_.empty() || pieces_.back().is_macro_expand) pieces_.emplace_back();
  pieces_.back().literal += c;
}

base::Result<SpfMacroText> SpfMacroText::parse(std::string_view rest, Grammar grammar) {
  SpfMacroText text;
  const char least = grammar == Grammar::Explanation ? ' ' : '!';
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c < least || c > '~') return error("a character that is not allowed");
    if (c != '%') {
      text.add_literal(c);
      continue;
    }
    auto piece = parse_escape(rest, grammar);
    if (!piece) return std::unexpected(piece.error());
    text.pieces_.push_back(std::move(*piece));
  }
  return text;
}

bool SpfMacroText::ends_as_domain() const {
  if (pieces_.empty()) return false;
  if (pieces_.back().is_macro_expand) return true;
  std::string_view tail = pieces_.back().literal;
  if (tail.ends_with('.')) tail.remove_suffix(1);
  const auto dot = tail.rfind('.');
  return dot != std::string_view::npos && is_top_label(tail.substr(dot + 1));
}

base::Result<SpfMacroText> SpfMacroText::parse_domain(std::string_view text) {
  auto parsed = parse(text);
  if (parsed && !parsed->ends_as_domain()) return error("a domain has no end that a name can have");
  return parsed;
}

bool SpfMacroText::uses(std::string_view letters) const {
  return std::ranges::any_of(
      pieces_, [&](const Piece& piece) { return piece.letter != '\0' && letters.contains(piece.letter); });
}

std::string SpfMacroText::text_of(const Piece& piece, const SpfMacroValues& values) {
  if (piece.letter == '\0') return piece.literal;
  const std::string value = value_of(piece.letter, values);
  auto parts = parts_of(value, piece.literal.empty() ? "." : std::string_view(piece.literal));
  if (piece.is_reversed) std::ranges::reverse(parts);
  const auto most = piece.most_parts == 0 ? parts.size() : std::min(piece.most_parts, parts.size());
  const std::string text = fmt::format("{}", fmt::join(std::span(parts).last(most), "."));
  return piece.is_escaped ? url_escaped(text) : text;
}

std::optional<std::string> SpfMacroText::expand(const SpfMacroValues& values) const {
  std::string text;
  for (const auto& piece : pieces_) {
    text += text_of(piece, values);
    if (text.size() > kMostExpanded) return std::nullopt;
  }
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return std::nullopt;
  return text;
}

std::optional<std::string> spf_target_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  while (name.size() > kMostName) {
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    name.remove_prefix(dot + 1);
  }
  for (const auto label : parts_of(name, ".")) {
    if (label.empty() || label.size() > kMostLabel) return std::nullopt;
  }
  return std::string(name);
}

}  // namespace backstop::auth
