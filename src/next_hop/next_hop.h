// One next hop, as the configuration names it: the server or the Maildir behind us that gets our mail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/connect.h"

namespace backstop::next_hop {

enum class Protocol : std::uint8_t { Smtp, Lmtp, Maildir };

/// How the server behind us learns who the client is.
enum class Identity : std::uint8_t {
  None,      ///< it doesn't; sessions are shared
  Xforward,  ///< it is told for each transaction; sessions are shared
  Xclient,   ///< it is told each time that a session is taken from the pool or opened
  Proxy,     ///< a PROXY header opens each connection, which is never shared
};

enum class Tls : std::uint8_t {
  Never,
  Offered,   ///< if the next hop offers STARTTLS; the certificate is not checked
  Required,  ///< STARTTLS or the mail waits; the certificate is not checked
  Verified,  ///< STARTTLS or smtps, and a certificate that is good for the host
};

struct NextHop {
  Protocol protocol = Protocol::Smtp;
  net::Target target;         ///< Smtp, Lmtp
  std::string maildir;        ///< Maildir: the path, with %d for the domain, %n for the local part, %% for %
  bool implicit_tls = false;  ///< smtps://
  Tls tls = Tls::Offered;
  Identity identity = Identity::None;
  std::size_t pool = 20;  ///< idle sessions that a worker keeps at most; 0: none
  std::string url;        ///< as it was written; the directory finds the next hop by it, and logs show it

  bool operator==(const NextHop&) const = default;
};

/// Reads "smtp://host:port", "smtps://host:port", "lmtp://host:port", "lmtp:/path" or, as Postfix spells it,
/// "lmtp:unix:/path", and "maildir:/path/%d/%n". An IPv6 address is written in brackets; the default ports
/// are 25, 465 and 24. The path of a Maildir may be relative; a % in it begins %d, %n or %%, and nothing
/// else. An error says what would be right.
base::Result<NextHop> parse_next_hop(std::string_view url);

/// Returns what follows each % of a Maildir's path: "dn" for "/var/mail/%d/%n"; a space if nothing follows.
std::string maildir_marks(std::string_view path);
/// Returns a path as the path of a Maildir is written: with %% for each %.
std::string maildir_escaped(std::string_view path);

}  // namespace backstop::next_hop
