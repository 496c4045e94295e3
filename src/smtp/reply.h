// SMTP replies (RFC 5321 4.2), with enhanced status codes (RFC 2034, RFC 3463), as they are written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::smtp {

struct Reply {
  int code = 0;                    ///< 200 to 599
  std::string status;              ///< enhanced status, "5.7.1", or empty: 354, greeting, EHLO have none
  std::vector<std::string> lines;  ///< the text, one line each, without codes and line ends; at least one

  Reply() = default;
  Reply(int code, std::string_view status, std::string_view text)
      : code(code), status(status), lines{std::string(text)} {}

  bool is_positive() const { return code >= 200 && code < 300; }
  bool is_intermediate() const { return code >= 300 && code < 400; }
  bool is_transient() const { return code >= 400 && code < 500; }
  bool is_permanent() const { return code >= 500; }
  bool operator==(const Reply&) const = default;

  /// Returns the reply as one line, for logs: "550 5.7.1 first second". Printable.
  std::string text() const;
};

/// The most octets of a line of the AUTH exchange, with its end: a challenge (334) or the answer to it. Both
/// are base64 and can't be cut (RFC 4954 4).
inline constexpr std::size_t kMostAuthLine = 12288;

/// Appends the reply as it goes over the wire. Bytes that a reply line may not have (control characters but
/// the tab, RFC 5321 4.2; anything past ASCII, unless `utf8` and it is UTF-8) become '?', and a line is cut
/// so that with code, status and CRLF it has at most 512 octets (4.5.3.1.5), a challenge at most
/// kMostAuthLine. An empty `lines` is written as one line without text.
void append_reply(const Reply& reply, std::string& out, bool utf8 = false);
/// Appends a reply of one line.
void append_reply(int code, std::string_view status, std::string_view text, std::string& out);

}  // namespace backstop::smtp
