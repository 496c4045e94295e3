// Calendar days (UTC) as text: "2026-11-23". For files, options and sentences; mail/date.h reads dates of
// mail.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::base {

/// Reads YYYY-MM-DD; returns nullopt for any other text and for a day that doesn't exist.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

std::string format_day(std::chrono::sys_days day);

}  // namespace backstop::base
