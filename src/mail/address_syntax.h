// The grammar that the strict and the lenient reader of addresses share (RFC 5321 4.1.2 and 4.1.3, RFC 6531
// 3.3). Predicates over bytes: the caller checks whether bytes above 127 are UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace backstop::mail {

constexpr std::size_t kAddressMost = 254;  // a path of 256 without its brackets
constexpr std::size_t kLocalMost = 64;

/// atext of RFC 5322 3.2.3, or a byte above 127.
bool is_atext(char c);

/// Returns true for a byte that a quoted local part may have, escaped or not: printable ASCII, space, or
/// above 127.
bool is_quotable(char c);

/// atext with single dots between.
bool is_dot_string(std::string_view text);

/// A domain name, or a literal in its brackets.
bool is_domain(std::string_view text);

/// Returns the length of the quoted string at the start of `text`, with both quotes, or 0 if there is none.
std::size_t quoted_length(std::string_view text);

}  // namespace backstop::mail
