// Dates of mail (RFC 5322 3.3, with the obsolete forms of 4.3: two and three digit years, named and military
// zones, comments and white space anywhere), and the forms that real mail holds beside them: asctime order,
// ISO 8601, missing seconds, missing zone taken as UTC, "GMT+0100", AM and PM, months and day names written
// out, a day name that doesn't fit or is of another language.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::mail {

/// The point in time, or nullopt when there is no reading it or a number is out of its range (years before
/// 1900 too). A leap second is the first second of the next minute. The day name is ignored, and so is what
/// follows the zone. Zones of letters that RFC 5322 gives no offset for, the military ones among them, are
/// UTC (4.3). Input past 256 bytes is not read.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

/// "2026-11-23T17:46:17Z"; for what parse_date() returns.
std::string format_iso8601(std::chrono::sys_seconds time);

}  // namespace backstop::mail
