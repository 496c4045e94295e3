// Reads the class of a message that Exchange wrapped into a winmail.dat (MS-OXTNEF): the only thing that such
// a receipt says about itself.
#pragma once

#include <string_view>

namespace backstop::response {

/// Returns the message class, such as "IPM.Microsoft Mail.Read Receipt", or an empty view. `stream` may be
/// cut at its end: the class is among the first attributes.
std::string_view tnef_message_class(std::string_view stream);

}  // namespace backstop::response
