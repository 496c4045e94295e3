// Events of the history for people: a table of many, and one in full. Nothing in them can steer a terminal.
#pragma once

#include <string>
#include <vector>

#include "store/event.h"

namespace backstop::report {

inline constexpr std::size_t kTableWidth = 100;

/// A line each, under the day in this machine's zone; addresses without their tags.
std::string history_table(const std::vector<store::Event>& events);

/// All that is known of one event: what was done and why, and the facts as two columns.
std::string event_page(const store::Event& event);

}  // namespace backstop::report
