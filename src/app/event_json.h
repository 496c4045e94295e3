// An event as JSON: a line of the log, and of `backstop history --json`. docs/history.schema.json says what
// it holds.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>

#include "store/event.h"

namespace backstop::app {

/// "2026-11-25T10:00:00.000Z"
void append_time(std::chrono::sys_time<std::chrono::milliseconds> time, std::string& out);
std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time);

boost::json::object event_json(const store::Event& event);

}  // namespace backstop::app
