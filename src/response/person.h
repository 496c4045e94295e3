// Recognises mail that a person wrote, whatever it says: people write about bounces, quote them and forward
// them, and some of them are postmasters.
#pragma once

#include <string_view>

#include "mail/message.h"
#include "response/report_text.h"

namespace backstop::response {

/// Returns whether User-Agent or X-Mailer names a program that people write mail with.
bool has_mail_program(const mail::Message& message);

/// Returns whether the first line is a greeting such as "Hello Ann,", as persons begin, and programs that
/// write like one.
bool begins_with_greeting(const ReportText& text);

/// Returns whether the first line is a greeting with a name of the reader, as in "Hi Ann,".
bool greets_reader_by_name(const mail::Message& message, const ReportText& text);

/// Returns whether the first line begins with a name of the reader, as in "Ann, do you know this?".
bool begins_with_readers_name(const mail::Message& message, const ReportText& text);

/// Returns whether the text ends with a name that `from` has, as in "Bob" or "Eva, moderator". The name of a
/// program or of a role doesn't count.
bool ends_with_writers_name(std::string_view from, const ReportText& text);

/// Returns whether `from` has a name that the address repeats, as in "Carl Post <carl@example.net>". The name
/// of a program or of a role doesn't count.
bool is_persons_address(std::string_view from);

/// Returns whether the text is written like a letter: by one of these three.
bool is_letter(const mail::Message& message, std::string_view from, const ReportText& text);

/// Returns whether the last lines tell how to leave a list, as newsletters and advertising do.
bool offers_to_unsubscribe(const ReportText& text);

/// Returns whether the first line greets a group, as in "Hi team,". Programs answer one person.
bool greets_a_group(const ReportText& text);

/// Returns whether Thread-Topic repeats the whole subject, as Exchange writes it for people. In its automatic
/// replies that field has the subject of the answered mail.
bool has_own_topic(const mail::Message& message, std::string_view subject);

/// Returns whether the mail has Thread-Topic, which Exchange and Outlook write.
bool has_topic(const mail::Message& message);

/// Returns whether a tracker of tasks, bugs or changes wrote the mail. Its comments have a person's words.
bool is_of_tracker(const mail::Message& message);

/// Returns whether a calendar program answers or asks for its owner (RFC 6047), which it may do from the null
/// sender.
bool is_calendar_mail(const mail::Message& message);

}  // namespace backstop::response
