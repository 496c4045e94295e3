// Mails of a log whose last line has not come. What the lines tell about one mail is gathered under its host
// and queue id, and given to a visitor at its end. At most so many mails and bytes are held as the limits
// say: past that, the one that was mentioned least recently ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "mailbox/mail_log.h"

namespace backstop::mailbox {

struct QueueId {
  std::string_view host;
  std::string_view id;
};

class OpenMails {
 public:
  /// All three are kept as references.
  OpenMails(const LogLimits& limits, LogCounts& counts, LogVisitor& visitor);

  /// The id is given to a new mail: an older one of that id ends.
  void begin(QueueId id);
  /// `sender` is without brackets; it may be empty, which is the null sender.
  void set_sender(QueueId id, std::string_view sender);
  /// `field` is the value of Message-ID, or of Resent-Message-ID, which counts if the mail has no Message-ID.
  /// If the mail's sender is known already, the line is the first one of another mail with this id.
  void set_message_id(QueueId id, std::string_view field, bool is_resent);
  /// The mail was tried to be sent to this address at this time.
  void add_recipient(QueueId id, std::string_view address, std::chrono::sys_seconds time);
  /// Returns true if a sender of this mail is known.
  bool has_sender(QueueId id);
  void end(QueueId id);
  void end_all();

 private:
  struct Mail {
    SentMail sent;
    std::string key;
    std::size_t bytes = 0;
    bool has_sender = false;
    bool has_null_sender = false;
    bool has_own_id = false;  // that of Message-ID, not of Resent-Message-ID
    bool was_tried = false;   // a recipient was
    bool was_given = false;   // in parts
  };
  using Mails = std::list<Mail>;

  Mails::iterator find(QueueId id);
  Mail& at(QueueId id);
  void account(Mail& mail, std::size_t bytes);
  void keep_limits();
  void give(Mail& mail);
  void drop_recipients(Mail& mail);
  void close(Mails::iterator mail);

  const LogLimits& limits_;
  LogCounts& counts_;
  LogVisitor& visitor_;
  Mails mails_;  // the one that was mentioned last is the last
  std::map<std::string_view, Mails::iterator> by_key_;
  std::string key_;  // scratch
  std::size_t bytes_ = 0;
};

/// Returns the id in a Message-ID field as logs write it, without brackets and the white space of folds, for
/// which Postfix writes "?"; empty if there is no usable one.
std::string message_id_of(std::string_view field);

}  // namespace backstop::mailbox
