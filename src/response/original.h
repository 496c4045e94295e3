// The mail that a response answers, as far as it came back.
#pragma once

#include <optional>

#include "mail/message.h"
#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// Looks in the places where products put it: message/rfc822 and message/global, text/rfc822-headers and
/// message/global-headers, and a header block inside the report's text. `scratch` is walked into.
std::optional<Original> find_original(const mail::Message& message, const ReportText& text,
                                      mail::Message& scratch);

/// The part is inside of a returned or forwarded mail.
bool is_inside_message(const mail::Message& message, const mail::Part& part);

/// The first part of this type that is not inside of a returned or forwarded mail, or null.
const mail::Part* find_own_part(const mail::Message& message, mail::MediaType type);

/// The mail has a part of this type that is not inside of a returned or forwarded mail.
bool has_own_part(const mail::Message& message, mail::MediaType type);

}  // namespace backstop::response
