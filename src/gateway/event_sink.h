// Where the gateway tells what it does: the log and the history, or whoever tests it.
#pragma once

#include <string_view>

#include "os/log.h"
#include "store/event.h"

namespace backstop::gateway {

/// Thread-safe, and must not wait.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// A decision; told after the client has its reply.
  virtual void record(store::Event event) = 0;
  /// What the operator is to know beside that: one line, for the log alone. Nothing out of a message.
  virtual void notice(os::LogLevel level, std::string_view line) = 0;
};

}  // namespace backstop::gateway
