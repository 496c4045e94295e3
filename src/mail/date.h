// Dates of mail (RFC 5322 3.3, with the obsolete forms of 4.3: two and three digit years, named and military
// zones, comments and white space anywhere), and the forms that real mail holds beside them (asctime order,
// missing seconds, missing zone taken as UTC, a day name that doesn't fit).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::mail {

/// The point in time, or nullopt when there is no reading it. Input past 256 bytes is not read.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

/// "2026-11-23T17:46:17Z".
std::string format_iso8601(std::chrono::sys_seconds time);

}  // namespace backstop::mail
