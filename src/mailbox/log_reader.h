// One form of log. Not thread-safe.
#pragma once

#include <string_view>

#include "mailbox/log_line.h"

namespace backstop::mailbox {

class LogReader {
 public:
  virtual ~LogReader() = default;
  /// Reads a line. Returns false if it is no line of such a log.
  virtual bool line(std::string_view text, LogClock& clock) = 0;
  /// Called after the last line of the last file.
  virtual void end() = 0;
};

}  // namespace backstop::mailbox
