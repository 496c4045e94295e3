// Finds status codes and hosts in the words of servers: the enhanced status codes of RFC 3463 and the
// three-digit replies of RFC 5321.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace backstop::response {

/// Returns the first enhanced status code in `text` ("5.1.1"), or an empty view. A code has class 2, 4 or 5,
/// a subject and a detail of one to three digits each, and is no part of a longer number ("192.0.2.5.1.1").
std::string_view find_enhanced_status(std::string_view text);

/// Returns the first reply code 4yz or 5yz in `text`, or 0. It must be where servers write one: at the start,
/// or after white space or a mark such as a quote, an opening bracket, ":", "=" or "#"; and at the end, or
/// before white space or a mark such as "-", ":", ".", "," or a closing bracket.
int find_reply_code(std::string_view text);

/// Returns where the reply code of find_reply_code() begins, or npos.
std::size_t find_reply_begin(std::string_view text);

/// Returns the status that a reply code alone gives: "5.0.0" for 550, "4.0.0" for 421, "" below 400.
std::string status_from_reply(int code);

/// Returns the host that refused, or an empty view if the words don't name it. They name it in forms such as
/// "host mx.example.org[192.0.2.1] said:", "connect to mx.example.org[192.0.2.1]" and
/// "by mx.example.org. [192.0.2.1]".
std::string_view find_remote_host(std::string_view text);

}  // namespace backstop::response
