// Receives what the gateway reports. Implemented by the log with the history, and by tests.
#pragma once

#include <string_view>

#include "os/log.h"
#include "store/event.h"

namespace backstop::gateway {

/// Thread-safe, and must not wait.
class Journal {
 public:
  virtual ~Journal() = default;
  /// Records a decision, after the client has its reply.
  virtual void record(store::Event event) = 0;
  /// Writes one line to the log that the operator should see beside the events. It holds no message content.
  virtual void notice(os::LogLevel level, std::string_view line) = 0;
};

}  // namespace backstop::gateway
