// SMTP replies (RFC 5321 4.2), with enhanced status codes (RFC 2034, RFC 3463): written here, and read
// strictly from a server that we are the client of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

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

  /// As one line, for logs: "550 5.7.1 first second". Printable.
  std::string text() const;
};

/// Octets of a line of the AUTH exchange, with its end: of a challenge (334) and of the answer to it, which
/// is base64 and can't be cut (RFC 4954 4).
inline constexpr std::size_t kMostAuthLine = 12288;

/// Appends the reply as it goes over the wire. Bytes that a reply line may not hold (control characters but
/// the tab, RFC 5321 4.2; anything past ASCII, unless `utf8` and it is UTF-8) become '?', and a line is cut
/// so that with code, status and CRLF it has at most 512 octets (4.5.3.1.5), a challenge at most
/// kMostAuthLine. An empty `lines` is written as one line without text.
void append_reply(const Reply& reply, std::string& out, bool utf8 = false);
/// Of one line.
void append_reply(int code, std::string_view status, std::string_view text, std::string& out);

/// Reads the replies of a server, byte by byte or in any pieces. Strict: three digits, 2 to 5 first, then
/// '-', ' ' or the end of the line; the same code on every line; CRLF or LF; no NUL and no bare CR; caps
/// below. The enhanced status is split off where the first line begins with one of the class of the code, and
/// from each further line that begins with the same.
class ReplyParser {
 public:
  /// Octets of a line with its end; RFC has 512, real servers more. A challenge has up to kMostAuthLine.
  static constexpr std::size_t kMostLine = 2048;
  static constexpr std::size_t kMostLines = 128;

  /// Takes from `bytes` up to the end of the first whole reply and returns how many were taken. Ask
  /// is_complete(). An error is final: the connection is not to be trusted any more. It says what was found.
  /// Takes nothing while a reply is complete.
  base::Result<std::size_t> feed(std::string_view bytes);

  bool is_complete() const { return is_complete_; }
  /// The reply that is complete, and the parser ready for the next.
  Reply take();

 private:
  std::optional<base::Error> read_line(std::string_view line);

  Reply reply_;
  std::string line_;  // the start of a line that came in pieces
  bool is_complete_ = false;
  std::optional<base::Error> error_;
};

}  // namespace backstop::smtp
