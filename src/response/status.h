// Finds status codes and hosts in the words of servers: the enhanced status codes of RFC 3463 and the
// three-digit replies of RFC 5321.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace backstop::response {

/// Returns the first enhanced status code in `text` ("5.1.1"), or an empty view: class 2, 4 or 5, subject and
/// detail of one to three digits, and not part of a longer number ("192.0.2.5.1.1").
std::string_view find_enhanced_status(std::string_view text);

/// Returns the first reply code 4yz or 5yz in `text`, or 0. It must be where servers write one: at the start,
/// or after white space, a quote mark, a bracket, a colon or "#", and before white space, "-", a colon or the
/// end.
int find_reply_code(std::string_view text);

/// Returns the status that a reply code alone gives: "5.0.0" for 550, "4.0.0" for 421.
std::string status_from_reply(int code);

/// Returns the host that refused if the words name it, else an empty view: "host mx.example.org[192.0.2.1]
/// said:", "connect to mx.example.org[192.0.2.1]", "by mx.example.org. [192.0.2.1]".
std::string_view find_remote_host(std::string_view text);

}  // namespace backstop::response
