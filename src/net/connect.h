// Connections to others: a TCP host and port, or a socket of the file system.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "net/deadlines.h"
#include "net/stream.h"

namespace backstop::net {

/// Where to: with `path` a Unix domain socket, else `host` (a name, or an address without brackets) and
/// `port`.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string path;

  bool operator==(const Target&) const = default;
  /// "mail.example.org:25", "[::1]:25", "/run/lmtp".
  std::string text() const;
};

/// Tries each address of the host in turn within `limit` in all. The error is one clause for people:
/// "connection refused", "no such host", "no answer in 30 s". Names are looked up by the system's resolver,
/// off the loop; numbers cost no look-up. The stream has no deadline yet.
Task<base::Result<std::unique_ptr<Stream>>> connect(Target target, Deadlines& deadlines,
                                                    std::chrono::steady_clock::duration limit);

}  // namespace backstop::net
