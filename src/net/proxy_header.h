// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): how a balancer tells whose connection
// it passes on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/endpoint.h"

namespace backstop::net {

struct ProxyHeader {
  /// nullopt if the balancer speaks for itself (LOCAL, UNKNOWN, AF_UNSPEC, AF_UNIX): the connection's own
  /// addresses count then.
  std::optional<Endpoint> source;
  std::optional<Endpoint> destination;
};

struct ProxyParse {
  std::optional<ProxyHeader> header;  ///< nullopt: more bytes are needed
  std::size_t size = 0;               ///< how many bytes the header took
};

/// Reads the first bytes of a connection. Returns an error as soon as they can't be a header; the caller must
/// close the connection then. A version 1 line has at most 107 bytes, a version 2 header at most 16 + 4096.
base::Result<ProxyParse> parse_proxy_header(std::string_view bytes);

/// Returns the version 1 line for a next hop.
std::string proxy_line(const Endpoint& source, const Endpoint& destination);

}  // namespace backstop::net
