// A list of Message-IDs that were sent: one a line, with or without brackets. After white space the address
// that sent it may follow. "#" begins a comment, at the start of a line or after white space.
#pragma once

#include "mailbox/log_line.h"
#include "mailbox/mail_log.h"

namespace backstop::mailbox {

class IdList : public LogReader {
 public:
  /// Both are kept as references.
  IdList(LogCounts& counts, LogVisitor& visitor) : counts_(counts), visitor_(visitor) {}

  /// Returns false for a line with no usable id, or with more than an id and an address.
  bool line(std::string_view text, LogClock& clock) override;
  void end() override {}

 private:
  LogCounts& counts_;
  LogVisitor& visitor_;
};

}  // namespace backstop::mailbox
