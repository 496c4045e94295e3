// Connections to others: a TCP host and port, or a socket of the file system.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "net/loop.h"
#include "net/stream.h"

namespace backstop::net {

/// The target of a connection: a Unix domain socket if there is a `path`, else `host` (a name, or an address
/// without brackets) and `port`.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string path;

  bool operator==(const Target&) const = default;
  /// "mail.example.org:25", "[::1]:25", "/run/lmtp".
  std::string text() const;
};

struct ConnectError {
  bool is_of_name = false;   ///< the host was not found, or not in time; else the connection failed
  std::string message = {};  ///< one clause for people: "connection refused", "no answer in 30 s"
};

/// Tries the addresses of the host one after the other, within `limit` in all. The system's resolver looks
/// names up, off the loop (net/look_ups.h); numbers cost no look-up. The stream has no deadline yet.
Task<std::expected<std::unique_ptr<Stream>, ConnectError>> connect(Target target, Loop& loop,
                                                                   std::chrono::steady_clock::duration limit);

}  // namespace backstop::net
