// Reads the replies of a server whose client we are (RFC 5321 4.2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "smtp/reply.h"

namespace backstop::smtp {

/// Reads the replies of a server, byte by byte or in any pieces. Strict: three digits, 2 to 5 first, then
/// '-', ' ' or the end of the line; the same code on every line; CRLF or LF; no NUL and no bare CR; caps
/// below. The enhanced status is split off if the first line begins with one of the class of the code, and
/// from each further line that begins with the same.
class ReplyParser {
 public:
  /// The most octets of a line with its end. RFC 5321 has 512; real servers send more. A challenge has up to
  /// kMostAuthLine.
  static constexpr std::size_t kMostLine = 2048;
  static constexpr std::size_t kMostLines = 128;

  /// Takes from `bytes` up to the end of the first whole reply and returns how many were taken; then see
  /// is_complete(). An error says what was found, and is final: the connection can't be trusted any more.
  /// Takes nothing while a reply is complete.
  base::Result<std::size_t> feed(std::string_view bytes);

  bool is_complete() const { return is_complete_; }
  /// Returns the complete reply, and makes the parser ready for the next.
  Reply take();

 private:
  std::optional<base::Error> read_line(std::string_view line);

  Reply reply_;
  std::string line_;  // the start of a line that came in pieces
  bool is_complete_ = false;
  std::optional<base::Error> error_;
};

}  // namespace backstop::smtp
