// A moment as the log and the JSON write it: in UTC, with milliseconds.
#pragma once

#include <chrono>
#include <string>

namespace backstop::base {

/// "2026-11-25T10:00:00.000Z"
void append_time(std::chrono::sys_time<std::chrono::milliseconds> time, std::string& out);
std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace backstop::base
