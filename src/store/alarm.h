// Decides which lines the log gets when writing fails and works again: one for each change, and no flood of
// lines if it changes all the time. Pure: the time is passed in. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/batch.h"

namespace backstop::store {

class Alarm {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// The least time between a line that says that writing works again and the next that says that it fails.
  static constexpr std::chrono::seconds kPause{60};

  explicit Alarm(ItemWords words) : words_(words) {}

  /// Returns the line for an attempt that failed because of `why`, or nullopt.
  std::optional<std::string> failed(std::string_view why, Time now);
  /// Returns the line for an attempt that worked, or nullopt. `lost` counts all items lost so far.
  std::optional<std::string> worked(std::uint64_t lost, Time now);
  /// Returns the last line when everything is written: how many items were lost and not reported yet. Returns
  /// nullopt if none were.
  std::optional<std::string> closed(std::uint64_t lost) const;
  /// Returns the last line when items are left that could not be written; `lost` counts them, too.
  std::string ended(std::uint64_t lost) const;

 private:
  static bool is_over(const std::optional<Time>& since, Time now) { return !since || now - *since >= kPause; }
  std::string count(std::uint64_t items) const;

  const ItemWords words_;
  bool is_said_ = false;  ///< that writing fails
  std::uint64_t said_lost_ = 0;
  std::optional<Time> good_news_;  ///< when it was last said that it works again
  std::optional<Time> last_said_;  ///< when the last line of any kind was returned
};

}  // namespace backstop::store
