// Receives what a front door reports. Implemented by the log with the history, and by tests.
#pragma once

#include <string_view>

#include "base/log_level.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::intake {

/// Thread-safe, and must not wait.
class Journal {
 public:
  virtual ~Journal() = default;
  /// Records a decision, after the client has its reply.
  virtual void record(store::Event event) = 0;
  /// Adds to the sums of a day. By default they are counted nowhere.
  virtual void count(store::DaySums sums) { (void)sums; }
  /// Writes one line to the log that the operator should see beside the events. It holds no message content.
  virtual void notice(base::LogLevel level, std::string_view line) = 0;
};

}  // namespace backstop::intake
