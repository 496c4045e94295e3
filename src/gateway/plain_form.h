// The plain form of a message that came as the data of DATA (RFC 5321 4.5.2). Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "next_hop/delivery.h"

namespace backstop::gateway {

/// The CRLF of the end of data. Its dot is already in the scanner's count.
inline constexpr std::string_view kEndOfData = "\r\n";

/// Returns the bytes without the end of data and the doubled dots. They are copied to `room` only if a line
/// of the message itself begins with a dot.
std::string_view unstuffed(std::string_view bytes, next_hop::MessageForm form, std::string& room);

}  // namespace backstop::gateway
