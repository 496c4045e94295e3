// ASCII text helpers for protocol text. Nothing here looks at the locale: mail is ASCII where case matters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace backstop::base {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Returns the value of a hex digit of either case; -1 for any other character.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Returns two hex digits for each byte, in lower case.
std::string hex(std::span<const unsigned char> bytes);

std::string to_lower(std::string_view text);

/// Returns `text` without the spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
/// Returns the position of the first occurrence without regard to ASCII case, or npos. Linear in practice: it
/// looks for the rarest character with memchr.
std::size_t ifind(std::string_view text, std::string_view what, std::size_t from = 0);
inline bool icontains(std::string_view text, std::string_view what) {
  return ifind(text, what) != std::string_view::npos;
}

/// Puts the next line of `rest` into `line`, without its line end (CRLF or LF), and moves `rest` past it.
/// Returns false if `rest` is empty.
bool next_line(std::string_view& rest, std::string_view& line);

/// Makes text from outside safe for a terminal, a log line or an error: characters that hides_text() names
/// and invalid UTF-8 become U+FFFD, a tab and a line end become a space, and text longer than `most` bytes is
/// cut and ends in an ellipsis.
std::string printable(std::string_view text, std::size_t most = 200);

/// Returns true for a character that nobody sees and that may change how others are seen: controls,
/// bidirectional and other formats, line and paragraph separators, zero-width and all other default-ignorable
/// characters, surrogates and noncharacters. Private use characters are shown.
bool hides_text(std::uint32_t code);

/// Returns true if hides_text() is true of a character of `text`, which is UTF-8.
bool has_hidden(std::string_view text);

/// Returns the length of the default-ignorable character (Unicode's property of that name: soft hyphen,
/// zero-width space, joiners, marks of direction, variation selectors) at the start of `text`, which isn't
/// empty; 0 for any other. Words are compared without them.
std::size_t ignorable_length(std::string_view text);

/// Returns the length of the white space beyond ASCII at the start of `text`, which isn't empty: the no-break
/// space, the ideographic space, the line separator and their like; 0 for any other.
std::size_t wide_space_length(std::string_view text);

/// Brings `text` into the form in which it is compared: without default-ignorable characters, and with a
/// space for each white space beyond ASCII. ASCII text does not change.
void fold_hidden(std::string& text);

/// Returns true if no byte of `text` is above 0x7F.
bool is_ascii(std::string_view text);

/// Returns `text` with U+FFFD for each byte that is not part of well-formed UTF-8.
std::string well_formed(std::string_view text);

/// Returns true if `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// Returns at most the first `most` bytes of `text`, without a UTF-8 sequence that would be cut short at the
/// end.
std::string_view utf8_prefix(std::string_view text, std::size_t most);

/// Appends the code point in UTF-8; U+FFFD for a surrogate and for a number past the last code point.
void append_code_point(std::uint32_t code, std::string& out);

}  // namespace backstop::base
