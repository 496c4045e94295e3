// Status codes in the words of servers: the enhanced status codes of RFC 3463 and the three-digit replies of
// RFC 5321.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace backstop::response {

/// The first enhanced status code in `text` ("5.1.1"): class 2, 4 or 5, subject and detail of one to three
/// digits, standing alone ("192.0.2.5.1.1" holds none). Empty when there is none.
std::string_view find_enhanced_status(std::string_view text);

/// The first reply code 4yz or 5yz in `text` that stands where servers write one: at the start, or after
/// white space, a quote mark, a bracket, a colon or "#", and followed by white space, "-", a colon or the
/// end. 0 when there is none.
int find_reply_code(std::string_view text);

/// RFC 3463 class for a reply code where the text says no more: 550 is "5.0.0", 421 is "4.0.0".
std::string status_from_reply(int code);

/// The host that refused, where the words name it: "host mx.example.org[192.0.2.1] said:", "(host
/// mx.example.org[192.0.2.1] refused ...", "connect to mx.example.org[192.0.2.1]", "by mx.example.org.
/// [192.0.2.1]". Empty where they don't.
std::string_view find_remote_host(std::string_view text);

}  // namespace backstop::response
