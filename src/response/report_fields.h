// The machine-readable parts of reports: message/delivery-status (RFC 3464, RFC 6533),
// message/disposition-notification (RFC 8098) and message/feedback-report (RFC 5965). All three are groups of
// header fields.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "response/response.h"

namespace backstop::response {

/// What is kept of one recipient's words.
struct ReportLimits {
  std::size_t recipients = 1000;
  std::size_t diagnostic = 2000;
};

/// Appends the recipients of the delivery-status text `body` (decoded) to `response`, and sets its reporting
/// MTA. Reads what real reports hold beside the RFC: groups run together, types left out, a status with words
/// behind it. Status and action stay empty where the report has none. False where no recipient was found.
bool read_delivery_status(std::string_view body, const ReportLimits& limits, Response& response);

/// Sets reporting MTA, recipient and the original's Message-ID from the fields of `body`.
void read_disposition(std::string_view body, const ReportLimits& limits, Response& response);

/// The same for a feedback report. A recipient of it is the address that complained or whose mail was judged.
void read_feedback(std::string_view body, const ReportLimits& limits, Response& response);

/// The Action field's word, and the spellings that products use for it.
Action parse_action(std::string_view word);

/// The address of "rfc822; user@example.org" and its relatives: type, angle brackets and comments gone, the
/// utf-8-addr-xtext of RFC 6533 3 decoded.
std::string report_address(std::string_view value);

/// The host of "dns; mx.example.org (192.0.2.1)".
std::string report_host(std::string_view value);

}  // namespace backstop::response
