// Events of the history for people: a table of many, and one in full. Nothing in them can steer a terminal.
#pragma once

#include <string>
#include <vector>

#include "store/event.h"

namespace backstop::report {

inline constexpr std::size_t kTableWidth = 100;

/// Returns a line for each event, under its day in this machine's zone; addresses without their tags.
std::string history_table(const std::vector<store::Event>& events);

/// Returns everything that is known about one event: what was done and why, and the facts as two columns.
std::string event_page(const store::Event& event);

}  // namespace backstop::report
