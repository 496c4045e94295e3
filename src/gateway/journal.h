// Receives what the gateway reports. Implemented by the log with the history, and by tests.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/event.h"

namespace backstop::gateway {

enum class Gravity : std::uint8_t { Debug, Info, Warning, Error };

/// Thread-safe, and must not wait.
class Journal {
 public:
  virtual ~Journal() = default;
  /// A decision; reported after the client has its reply.
  virtual void record(store::Event event) = 0;
  /// What the operator should know beside that: one line, for the log alone. It holds nothing of a message.
  virtual void notice(Gravity gravity, std::string_view line) = 0;
};

}  // namespace backstop::gateway
