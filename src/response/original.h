// Finds the mail that a response answers, as far as the response returns it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mail/message.h"
#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// Returns the original, or nullopt if none came back. Looks where products put it: in message/rfc822 and
/// message/global, in text/rfc822-headers and message/global-headers, and in a header block inside the
/// report's text. `scratch` is overwritten.
std::optional<Original> find_original(const mail::Message& message, const ReportText& text,
                                      mail::Message& scratch);

/// Returns a Message-ID in UTF-8 without its angle brackets and what is around them, unfolded.
std::string without_brackets(std::string_view value);

/// Returns whether the part belongs to a returned or forwarded mail.
bool is_inside_message(const mail::Message& message, const mail::Part& part);

/// Returns whether the part holds a returned mail or its header. Some products write text/rfc822 or
/// message/rfc822-headers.
bool holds_header(const mail::Part& part);

/// Returns the first part of this type that does not belong to a returned or forwarded mail, or null.
const mail::Part* find_own_part(const mail::Message& message, mail::MediaType type);

/// Returns whether find_own_part() finds one.
bool has_own_part(const mail::Message& message, mail::MediaType type);

}  // namespace backstop::response
