// Unstructured header text for people and for phrase search: unfolding (RFC 5322 2.2.3) and encoded words
// (RFC 2047, with the language of RFC 2231 5).
#pragma once

#include <string>
#include <string_view>

namespace backstop::mail {

/// Returns the value without its line ends; runs of white space stay. A line end with no white space after
/// it, which is no folding, becomes a space; at the end of the value it is dropped.
std::string unfold(std::string_view value);

/// Returns the value unfolded and with its encoded words decoded to UTF-8. White space between adjacent
/// encoded words is dropped (RFC 2047 6.2), and adjacent words of one charset are joined before the charset
/// is converted, since mailers cut characters apart. Words may be longer than 75 bytes, hold raw spaces, and
/// touch other text. Words without an end, with another encoding than B and Q, or with a charset past 60
/// bytes stay as they are. Bytes above 127 outside of words are taken as UTF-8 or else windows-1252. The
/// result is always well-formed UTF-8, and at most six times as long; a line end that was encoded becomes a
/// space. Linear.
std::string decode_header(std::string_view value);

}  // namespace backstop::mail
