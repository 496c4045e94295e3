// What the log is told of something that fails and works again: each change once, and no flood of lines where
// it changes all the time. Pure: the time is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::store {

class Alarm {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Between a line that says that all works and the next that says that it fails.
  static constexpr std::chrono::seconds kPause{60};

  /// The line to be said when an attempt failed for `why`, or nothing.
  std::optional<std::string> failed(std::string_view why, Time now);
  /// The line to be said when an attempt succeeded; `lost` counts all events that were lost so far.
  std::optional<std::string> worked(std::uint64_t lost, Time now);
  /// The last line, where all that was left is written: how many were lost and not yet said to be, or
  /// nothing.
  std::optional<std::string> closed(std::uint64_t lost) const;
  /// The last line, where events are left that could not be written; they are among the lost.
  std::string ended(std::uint64_t lost) const;

 private:
  static bool is_over(const std::optional<Time>& since, Time now) { return !since || now - *since >= kPause; }

  bool is_said_ = false;  ///< that it fails
  std::uint64_t said_lost_ = 0;
  std::optional<Time> good_news_;  ///< when it was last said that it works again
  std::optional<Time> last_said_;  ///< anything
};

}  // namespace backstop::store
