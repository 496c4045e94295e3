// The gateway's own SMTP replies, one row a case: limits, faults of the data, the end of a session.
// Those for verdicts are in intake/verdict_reply.h, those for troubles with a next hop in next_hop/trouble.h.
// Codes are those of RFC 5321 4.2.3, enhanced statuses those of RFC 3463 and of the registry of RFC 5248.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/limits.h"
#include "intake/verdict_reply.h"
#include "smtp/data_scanner.h"
#include "smtp/reply.h"

namespace backstop::gateway {

/// Why we end a session whose client may still be sending, other than for a limit.
enum class Parting : std::uint8_t {
  HttpRequest,  ///< a command was one of HTTP
  AfterFault,   ///< its message had a fault, so nobody knows where the message ends
  NoEnd,        ///< a message that was refused does not end
};
inline constexpr std::size_t kPartingCount = 3;

/// Why we end a session that waits for a command, or whose gateway is gone.
enum class Ending : std::uint8_t {
  Stopping,     ///< we are shutting down
  GatewayGone,  ///< a reload took this gateway out of the configuration
};
inline constexpr std::size_t kEndingCount = 2;

using intake::reply_for;
/// The code is 421 if the connection ends with it.
smtp::Reply reply_for(Exceeded limit);
smtp::Reply reply_for(Parting parting);
/// Returns the reply for a fault; there is none for DataFault::None.
smtp::Reply reply_for(smtp::DataFault fault);
smtp::Reply reply_for(Ending ending);

}  // namespace backstop::gateway
