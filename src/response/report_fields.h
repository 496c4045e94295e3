// Reads the parts of reports that are made for machines: message/delivery-status (RFC 3464, RFC 6533),
// message/disposition-notification (RFC 8098) and message/feedback-report (RFC 5965). All three are groups of
// header fields.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "response/response.h"

namespace backstop::response {

/// The largest numbers that are still read, as in Limits.
struct ReportLimits {
  std::size_t recipients = 1000;
  std::size_t diagnostic = 2000;
};

/// Appends the recipients of the decoded message/delivery-status part `body` to `response`, and sets its
/// reporting MTA. Also reads what real reports do against the RFC: groups run together, types left out, words
/// after a status. Status and action stay empty if the report has none. Returns false if no recipient was
/// found.
bool read_delivery_status(std::string_view body, const ReportLimits& limits, Response& response);

/// Sets reporting MTA, recipient and the original's Message-ID from the fields of `body`.
void read_disposition(std::string_view body, const ReportLimits& limits, Response& response);

/// The same for a feedback report, whose recipients are the addresses that complained or got the mail.
void read_feedback(std::string_view body, const ReportLimits& limits, Response& response);

/// Returns the action of an Action field, also in the spellings of products.
Action parse_action(std::string_view word);

/// Returns the address of "rfc822; user@example.org" and the like, without type, angle brackets and comments,
/// and with utf-8-addr-xtext (RFC 6533 3) decoded.
std::string report_address(std::string_view value);

/// Returns the host of "dns; mx.example.org (192.0.2.1)".
std::string report_host(std::string_view value);

}  // namespace backstop::response
