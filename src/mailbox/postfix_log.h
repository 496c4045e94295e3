// The log of Postfix, whatever its instances and services are called (syslog_name). Read are, after the queue
// id:
//   client=, uid=                        smtpd and pickup: a new mail
//   message-id=, resent-message-id=      cleanup
//   from=<sender>, ...                   qmgr
//   to=<recipient>, orig_to=<alias>, ... status=sent|bounced|deferred
//   removed                              qmgr: the end
// A mail is told by host and queue id alone: services of one instance may have names of their own, and ids of
// two instances hold the inode and the time to the microsecond.
#pragma once

#include "mailbox/log_line.h"
#include "mailbox/open_mails.h"

namespace backstop::mailbox {

class PostfixLog : public LogReader {
 public:
  PostfixLog(const LogLimits& limits, LogCounts& counts, LogVisitor& visitor)
      : mails_(limits, counts, visitor) {}

  bool line(std::string_view text, LogClock& clock) override;
  void end() override { mails_.end_all(); }

 private:
  void read_event(QueueId id, std::string_view service, std::string_view event,
                  std::chrono::sys_seconds time);
  void read_delivery(QueueId id, std::string_view rest, std::chrono::sys_seconds time);

  OpenMails mails_;
};

}  // namespace backstop::mailbox
