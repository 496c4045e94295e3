// Reads who was refused from the session that a report shows, if it names nobody in another place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// Appends the recipients that the shown session names in a RCPT command and that the server refused, each
/// with the server's reply: "--> RCPT To:<user@example.org>" and "<-- 550 no such user", as MDaemon shows
/// them. If no RCPT was refused but the mail was, those are all that were accepted. Appends at most `most`,
/// and returns true if there were more. Takes linear time.
bool read_transcript(const ReportText& text, std::size_t most, std::vector<Recipient>& recipients);

/// Returns the further lines of a reply of several lines if `diagnostic` has the first alone ("554-mx ESMTP
/// Service not available") and the session shown in the text has them all; else an empty string. Takes linear
/// time.
std::string further_reply_lines(const ReportText& text, std::string_view diagnostic);

}  // namespace backstop::response
