// Reads from logs of mail servers, and from lists of Message-IDs, what was sent before Backstop was there:
// who wrote to whom, under which Message-ID. Postfix and Exim write several lines about each mail; they are
// joined by its queue id. Memory is bounded, however long a log is. Not thread-safe: each call has its own
// state.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mailbox/mail_source.h"
#include "os/byte_source.h"

namespace backstop::mailbox {

enum class LogForm : std::uint8_t {
  Postfix,  ///< as syslog, postlogd or journald write it
  Exim,     ///< the main log, as a file or by syslog
  Ids,      ///< a Message-ID a line, then perhaps the address that sent it; "#" begins a comment
};

/// A mail that left, or that the server tried to send: a recipient was delivered, bounced or deferred. What a
/// transport threw away on purpose did not leave. Mail from outside to users of the server is among them,
/// since a log doesn't tell whose a domain is. A mail that went through a content filter comes twice.
struct SentMail {
  /// Of the first line about a recipient. For a list: the file's modification.
  std::chrono::sys_seconds time;
  /// Of the envelope, as written, without brackets; never the null sender. For a list: the owner, or empty.
  std::string sender;
  /// As written, before and after an alias, sorted, each once. For a list: none.
  std::vector<std::string> recipients;
  std::string message_id;  ///< without brackets or white space; empty if the log doesn't tell it
  std::string host;        ///< as syslog names it; empty if the log doesn't
  std::string queue_id;    ///< of this host; empty for a list
};

/// What was read, and what was passed over and why.
struct LogCounts {
  std::uint64_t lines = 0;
  std::uint64_t cut_lines = 0;  ///< of these, longer than the limit; only their beginnings were read
  /// Of these, without a time or a program's name. In a list: not an id, or not an id and an address.
  std::uint64_t foreign_lines = 0;
  std::uint64_t mails = 0;           ///< were given to the visitor
  std::uint64_t recipients = 0;      ///< of these mails
  std::uint64_t without_id = 0;      ///< of these mails, with an empty message_id
  std::uint64_t null_senders = 0;    ///< mails not given: bounces and other notices
  std::uint64_t without_sender = 0;  ///< mails not given: the sender is in a file that was not given
  std::uint64_t never_tried = 0;  ///< mails not given: refused, discarded, or still waiting for a first try
  /// Mails that ended before their last line came, since too many were open. They are counted above, too.
  std::uint64_t evicted = 0;
  /// Addresses without a domain, or that RFC 5321 doesn't allow. A mail with no other recipient is not given.
  std::uint64_t bad_addresses = 0;

  bool operator==(const LogCounts&) const = default;
};

struct LogLimits {
  std::size_t line = 16 * 1024;               ///< bytes
  std::size_t open_mails = 100'000;           ///< whose last line has not come
  std::size_t open_bytes = 64 * 1024 * 1024;  ///< of their addresses and ids
  /// Of one SentMail. A mail with more is given in parts, which may share some.
  std::size_t recipients = 1000;
};

struct LogOptions {
  LogForm form = LogForm::Postfix;
  std::chrono::sys_seconds now;
  /// No line is later than this, by more than a day. Lines without a year belong to the latest year for which
  /// that holds. Default: the file's modification, or `now` for what is no plain file.
  std::optional<std::chrono::sys_seconds> latest;
  LogLimits limits;
};

class LogVisitor {
 public:
  virtual ~LogVisitor() = default;
  /// `mail` is valid only during the call.
  virtual void sent(const SentMail& mail) = 0;
  /// Called for a file that can't be read, or not to its end. The others are read nevertheless.
  virtual void problem(const SourceProblem& problem) = 0;
  /// Called when `bytes` more bytes of the files were read; they are counted packed if a file is.
  virtual void advanced(std::uint64_t bytes) { (void)bytes; }
};

/// Reads logs of one form, each plain or packed by gzip; "-" is standard input. They are read in the order of
/// their first time stamps, whatever the order of `paths`, so that a mail may begin in one file and end in
/// the next. Standard input comes last. Lists are read in the order of `paths`.
LogCounts read_mail_logs(std::span<const std::string> paths, const LogOptions& options, LogVisitor& visitor);

/// Reads an open log. `name` is used in messages.
LogCounts read_mail_log(os::ByteSource& source, std::string_view name, const LogOptions& options,
                        LogVisitor& visitor);

}  // namespace backstop::mailbox
