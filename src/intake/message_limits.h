// The limits of what one message, and all messages together, may cost a front door, in octets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/share.h"

namespace backstop::intake {

struct MessageLimits {
  std::size_t header = 256 * 1024;
  std::size_t held = 4UL * 1024 * 1024;             ///< of one response in memory; the rest streams
  std::uint64_t held_total = 512ULL * 1024 * 1024;  ///< of all responses that are held at one time

  /// Returns how much of one message is held. It is no more than one network may hold, so that a message that
  /// comes alone always has room.
  std::uint64_t most_held() const { return std::min<std::uint64_t>(held, base::share_of(held_total)); }

  bool operator==(const MessageLimits&) const = default;
};

}  // namespace backstop::intake
