// Events of the history for people: a table of many, and one in full. Nothing in them can steer a terminal.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "store/event.h"

namespace backstop::report {

inline constexpr std::size_t kTableWidth = 120;
/// The width of a table in which nothing is cut.
inline constexpr std::size_t kUncut = std::numeric_limits<std::size_t>::max();

/// Prints events that come one after the other, in columns of fixed widths, since the later ones are not
/// known yet. Without what the next stage would have done. Addresses that don't fit take the room that is
/// left in their line.
class RunningHistoryTable {
 public:
  /// `width` is kTableWidth or more.
  explicit RunningHistoryTable(std::size_t width = kTableWidth) : width_(width) {}

  /// Returns the line of an event, with the headings before the first one and its day before the first one of
  /// each day.
  std::string line(const store::Event& event);

 private:
  std::size_t width_;
  bool is_begun_ = false;
  std::string day_;
};

/// Returns a line for each event, under its day in this machine's zone; addresses without their tags.
std::string history_table(const std::vector<store::Event>& events);

/// Returns everything that is known about one event: what was done and why, and the facts as two columns.
std::string event_page(const store::Event& event);

}  // namespace backstop::report
