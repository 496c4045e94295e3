// Dates of mail (RFC 5322 3.3, with the obsolete forms of 4.3: two and three digit years, named and military
// zones, comments and white space anywhere), and the other forms that real mail has: asctime order, ISO 8601,
// missing seconds, a missing zone (taken as UTC), "GMT+0100", AM and PM, names of months and days written
// out, a day name that is wrong or in another language.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::mail {

/// Returns the point in time, or nullopt if the text can't be read as a date or a number is out of range (a
/// year before 1900 is). A leap second is the first second of the next minute. The day name and all text
/// after the zone are ignored. Zones of letters for which RFC 5322 gives no offset, such as the military
/// ones, are UTC (4.3). Input past 256 bytes is not read.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

/// Returns the value of a Date field in UTC: "Mon, 23 Nov 2026 10:00:00 +0000". The text is this thread's,
/// and changes with the next call.
const std::string& date_text(std::chrono::system_clock::time_point time);

}  // namespace backstop::mail
