// Days and moments in UTC as text: "2026-11-23" in files, options and sentences, and the full form in the log
// and in JSON. mail/date.h reads the dates of mail.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::base {

/// Reads YYYY-MM-DD; returns nullopt for any other text and for a day that doesn't exist.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

std::string format_day(std::chrono::sys_days day);

/// "2026-11-25T10:00:00.000Z"
void append_time(std::chrono::sys_time<std::chrono::milliseconds> time, std::string& out);
std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace backstop::base
