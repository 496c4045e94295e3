// What shows that a person wrote a mail, whatever it says: people write about bounces, quote them and pass
// them on, and some of them are postmasters.
#pragma once

#include "mail/message.h"
#include "response/report_text.h"

namespace backstop::response {

/// User-Agent or X-Mailer names a program that people write mail with.
bool has_mail_program(const mail::Message& message);

/// "Hello Ann," stands alone in the first line: a person begins, or a program that writes as one.
bool begins_with_greeting(const ReportText& text);

/// A calendar's program answers or asks for its owner (RFC 6047), also from the null sender.
bool is_calendar_mail(const mail::Message& message);

}  // namespace backstop::response
