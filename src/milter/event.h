// What the packets of a mail server say. All texts are views of the packet's data, as the server sent them:
// they may hold any octet but NUL.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::milter {

/// Packet 'C'.
struct Connect {
  std::string_view host = {};  ///< the client's name, or its address literal if it has none
  char family = 'U';           ///< '4', '6', 'L' (a local socket) or 'U' (not known)
  std::uint16_t port = 0;      ///< 0 for mail of the server's own
  std::string_view address =
      {};  ///< "192.0.2.1", "2001:db8::1" (Sendmail: "IPv6:2001:db8::1"), a path, or empty
};

/// Packets 'M' and 'R'.
struct PathCommand {
  std::string_view path = {};                     ///< with or without angle brackets
  std::vector<std::string_view> parameters = {};  ///< "SIZE=1000"
};

/// Packet 'L'.
struct HeaderField {
  std::string_view name;
  std::string_view value;  ///< folded lines have LF between them, without CR
};

/// The most parameters of a command. Sendmail takes 64 arguments.
inline constexpr std::size_t kMostParameters = 64;

base::Result<Connect> parse_connect(std::string_view data);
/// Packet 'H', and 'U' (a command that the server doesn't know).
base::Result<std::string_view> parse_text(std::string_view data);
base::Result<PathCommand> parse_path(std::string_view data);
base::Result<HeaderField> parse_header(std::string_view data);

}  // namespace backstop::milter
