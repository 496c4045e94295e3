// The limits of what clients and next hops may cost, each with its default. reply_for() in replies.h returns
// the reply to a client that is past a limit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "intake/message_limits.h"
#include "next_hop/limits.h"

namespace backstop::gateway {

struct Limits : next_hop::Limits, intake::MessageLimits {
  // Sizes, in octets.
  std::size_t command_line = 4096;  ///< with its line end; RFC 5321 4.5.3.1.4 has 512, extensions add to it
  std::uint64_t message = 50ULL * 1024 * 1024;  ///< announced as SIZE; 0: no limit

  // Counts.
  std::size_t recipients = 1000;            ///< of one transaction (RFC 5321 4.5.3.1.8: at least 100)
  std::size_t commands_without_mail = 100;  ///< since the last delivered message: NOOP, RSET, VRFY, ...
  std::size_t errors = 20;           ///< since the last delivered message; Patience says which replies count
  std::size_t received_fields = 50;  ///< a message with this many is in a loop
  std::size_t sessions = 20'000;     ///< in all
  std::size_t sessions_per_client = 100;  ///< of one IPv4 address, or of one IPv6 /64
  std::size_t bad_tags = 5;               ///< different bad tags of one client address within an hour

  // Times.
  std::chrono::seconds greeting{60};      ///< for a PROXY header and the TLS handshake, also after STARTTLS
  std::chrono::seconds command{300};      ///< to wait for a command (RFC 5321 4.5.3.2.7)
  std::chrono::seconds data_total{3600};  ///< for all of a message

  bool operator==(const Limits&) const = default;
};

/// A limit of Limits that a client has passed.
enum class Exceeded : std::uint8_t {
  CommandLine,
  Header,
  Message,
  Held,  ///< what all sessions hold in memory
  Recipients,
  CommandsWithoutMail,
  Errors,
  ReceivedFields,
  Sessions,
  SessionsPerClient,
  CommandTime,  ///< no command came in time
  DataTime,     ///< no data came in time, or not all of it
};
inline constexpr std::size_t kExceededCount = 12;

}  // namespace backstop::gateway
