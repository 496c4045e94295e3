// Exim's main log, with any log_selector, as a file or by syslog. Read are, after the message id:
//   <= sender ... id=...                 it came; `id*=` is a Message-ID that Exim added
//   =>, ->, >>, **, == recipient         it was delivered (on the same connection; while it came), bounced or
//   deferred Completed                            the end
// Recipients stand as "address (parents) <original> F=<sender> ...". *> means that nothing was sent (-N), and
// :blackhole: that it was thrown away.
#pragma once

#include "mailbox/log_line.h"
#include "mailbox/open_mails.h"

namespace backstop::mailbox {

class EximLog : public LogReader {
 public:
  EximLog(const LogLimits& limits, LogCounts& counts, LogVisitor& visitor)
      : mails_(limits, counts, visitor) {}

  bool line(std::string_view text, LogClock& clock) override;
  void end() override { mails_.end_all(); }

 private:
  void read_arrival(QueueId id, std::string_view rest);
  void read_delivery(QueueId id, std::string_view rest, std::chrono::sys_seconds time,
                     bool is_arrival_before);

  OpenMails mails_;
};

}  // namespace backstop::mailbox
