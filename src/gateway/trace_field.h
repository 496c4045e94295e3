// The Received field that the gateway adds (RFC 5321 4.4, RFC 3848, RFC 6531 4.3).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "net/endpoint.h"

namespace backstop::gateway {

struct TraceFacts {
  std::string_view helo = {};
  std::string_view client_name = {};  ///< as XCLIENT told it: no name is looked up
  std::string_view client = {};       ///< its address literal, "[192.0.2.1]"
  std::string_view hostname = {};     ///< ours
  bool is_extended = false;           ///< EHLO
  bool is_tls = false;
  bool is_authenticated = false;
  bool is_smtputf8 = false;
  std::string_view tls = {};  ///< "TLSv1.3 with cipher ...", or empty
  std::string_view id = {};
  std::string_view recipient = {};  ///< if there is only one; else empty
};

/// Returns the registered name of the protocol, such as "ESMTPSA".
std::string protocol_name(const TraceFacts& facts);

/// Appends the whole field, folded, with its CRLF. It is ASCII but for the recipient of an SMTPUTF8 mail. The
/// texts must hold no line ends; those of parsed commands hold none.
void append_received(const TraceFacts& facts, std::chrono::system_clock::time_point time, std::string& out);

}  // namespace backstop::gateway
