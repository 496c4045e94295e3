// What is kept of a response that is held on its way out: its own header, its report, and of the mail that it
// returns the header alone. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace backstop::response {

/// report_and_headers() returns at most this many octets.
inline constexpr std::size_t kMostReport = 64UZ * 1024;

/// Makes a well-formed MIME mail of any bytes, with CRLF at the end of each line. It has the fields of the
/// header, the text in UTF-8 up to a returned mail and without quoted lines, the delivery status (RFC 3464)
/// and the header of the first mail that is returned (RFC 6522). Bodies of returned mails and attachments are
/// left out. Each of the four has a cap: what is past it is left out, in whole fields and whole lines.
///
/// Only the mail's own header may have bytes that are not ASCII: parts that need it are in base64. Linear.
std::string report_and_headers(std::string_view message);

}  // namespace backstop::response
