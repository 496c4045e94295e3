// What sessions with next hops may cost. The gateway's limits include these.
#pragma once

#include <chrono>
#include <cstddef>

namespace backstop::next_hop {

struct Limits {
  std::size_t next_hop_sessions = 1000;       ///< open to one next hop, busy and idle, of all workers; 0: any
  std::chrono::seconds next_hop_connect{30};  ///< to connect, with TLS and the greeting
  std::chrono::seconds next_hop_reply{120};   ///< to a command
  std::chrono::seconds next_hop_final{300};   ///< to the end of data; less than any client waits (600)
  std::chrono::seconds data_block{
      180};  ///< for the next bytes of a message, received or sent (RFC 5321 4.5.3.2.5)

  bool operator==(const Limits&) const = default;
};

}  // namespace backstop::next_hop
