// Recognises mail that a person wrote, whatever it says: people write about bounces, quote them and forward
// them, and some of them are postmasters.
#pragma once

#include "mail/message.h"
#include "response/report_text.h"

namespace backstop::response {

/// Returns whether User-Agent or X-Mailer names a program that people write mail with.
bool has_mail_program(const mail::Message& message);

/// Returns whether the first line is a greeting such as "Hello Ann,", as persons begin, and programs that
/// write like one.
bool begins_with_greeting(const ReportText& text);

/// Returns whether a calendar program answers or asks for its owner (RFC 6047), which it may do from the null
/// sender.
bool is_calendar_mail(const mail::Message& message);

}  // namespace backstop::response
