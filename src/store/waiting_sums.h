// Daily sums that wait to be written. What is added to one domain and day becomes one row, however many mails
// it stands for.
//
//   add() --> waiting_ --> begin_write() --> writing_ --> end_write()
//
// Sessions add under a lock that is held only as long as it takes to find the row. Sums that could not be
// written stay in writing_ and are written by the next try, and nothing else with them.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "store/batch.h"
#include "store/day_sums.h"

namespace backstop::store {

/// add() and counters() may be called by any thread, the rest by one thread.
class WaitingSums {
 public:
  using Rows = std::map<std::pair<std::string, std::chrono::sys_days>, DayCounts>;

  /// How many different pairs of a domain and a day may wait.
  static constexpr std::size_t kMostPairs = 100'000;

  /// Adds without waiting. If there is no room for one more pair, the sums are lost.
  void add(DaySums sums);

  /// Returns what is to be written. It stays as it is until end_write(true).
  const Rows& begin_write();
  /// Forgets what begin_write() returned if `is_written`.
  void end_write(bool is_written);

  /// Counts calls of add(): those taken, those that are written, and those that are lost.
  BatchCounters counters() const;

 private:
  mutable std::mutex mutex_;
  Rows waiting_;
  Rows writing_;                ///< changes only in begin_write() and end_write()
  std::size_t added_ = 0;       ///< pairs of waiting_ that are not in writing_, too
  std::uint64_t in_write_ = 0;  ///< calls of add() that writing_ stands for
  BatchCounters counters_;
};

}  // namespace backstop::store
