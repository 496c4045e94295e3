// The commands of a client (RFC 5321 4.1), as text lines: the verb, and the arguments of BDAT, EHLO and HELO.
// An error is the Reply to send.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "smtp/reply.h"

namespace backstop::smtp {

enum class Verb : std::uint8_t {
  Unknown,
  Helo,
  Ehlo,
  Mail,
  Rcpt,
  Data,
  Bdat,
  Rset,
  Noop,
  Quit,
  Vrfy,
  Expn,
  Help,
  StartTls,
  Auth,
  Xclient,
  Xforward,
};

struct Command {
  Verb verb = Verb::Unknown;
  std::string_view argument;  ///< what follows the verb, without white space at both ends
};

/// Splits a line that has no line end. The verb may be in any case, and ends at a space or with the line.
Command split_command(std::string_view line);

/// True for the first line of an HTTP request, with or without its line end: its last word is an HTTP
/// version, or its first one a method. An attacker who makes a browser post SMTP to us can't leave that line
/// out.
bool is_http_request(std::string_view line);

/// Returns the verb as it is written on the wire; "" for Unknown.
std::string_view name(Verb verb);

struct BdatCommand {
  std::uint64_t size = 0;
  bool is_last = false;
};

/// Reads the size, a decimal number of at most 2^63-1, and LAST (RFC 3030).
std::expected<BdatCommand, Reply> parse_bdat(std::string_view argument);
/// Reads the name in EHLO or HELO: a domain or an address literal. Lenient (underscores, no dot): printable
/// ASCII without spaces, or UTF-8 letters, 1 to 255 octets. What follows a space is dropped. 501 5.5.4
/// otherwise.
std::expected<std::string, Reply> parse_helo(std::string_view argument);

}  // namespace backstop::smtp
