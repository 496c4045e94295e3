// What an EHLO or LHLO reply announces (RFC 5321 4.1.1.1), read from a server and written to a client.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "smtp/reply.h"

namespace backstop::smtp {

struct Extensions {
  bool pipelining = false;             // RFC 2920
  bool eight_bit_mime = false;         // RFC 6152
  bool smtputf8 = false;               // RFC 6531
  bool dsn = false;                    // RFC 3461
  bool chunking = false;               // RFC 3030
  bool enhanced_status_codes = false;  // RFC 2034
  bool starttls = false;               // RFC 3207
  bool size = false;                   // RFC 1870
  std::uint64_t most_size = 0;         ///< octets of a message; 0: not told
  std::string auth = {};               ///< RFC 4954: the mechanisms, "PLAIN LOGIN", or empty
  std::string xclient = {};            ///< the attribute names that are taken, or empty
  std::string xforward = {};           ///< the attribute names that are taken, or empty
  std::uint32_t most_recipients = 0;   ///< RFC 9422 LIMITS RCPTMAX; 0: not told
  std::uint32_t most_mails = 0;        ///< RFC 9422 LIMITS MAILMAX; 0: not told

  bool operator==(const Extensions&) const = default;
};

/// True if the extension is offered: its flag is set, or its words are not empty.
template <auto kExtension>
constexpr bool offers(const Extensions& extensions) {
  const auto& told = extensions.*kExtension;
  if constexpr (std::same_as<decltype(told), const bool&>) {
    return told;
  } else {
    return !told.empty();
  }
}

/// Returns the smaller of two sizes or limits, of which 0 means "not told".
template <std::unsigned_integral Number>
constexpr Number smaller_told(Number a, Number b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

/// Reads a 250 reply to EHLO or LHLO: the first line is the greeting, each further line a keyword and its
/// parameters, in any case. Skips unknown keywords; reads the "AUTH=" of old servers as AUTH.
Extensions parse_extensions(const Reply& reply);

/// Returns the 250 reply to EHLO: `greeting` first ("mx.example.org"), then a line for each extension.
Reply extensions_reply(const Extensions& extensions, std::string_view greeting);

/// Returns what both offer, with the smaller of the sizes and limits that were told.
Extensions intersect(const Extensions& a, const Extensions& b);

}  // namespace backstop::smtp
