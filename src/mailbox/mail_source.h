// Reads the mails of a PATH, one after the other, in bounded memory. The PATH is a single mail, an mbox, a
// Maildir, a folder of any of these, or standard input. What can't be read is reported and passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "mail/message.h"
#include "os/byte_source.h"

namespace backstop::mailbox {

/// The most that is read.
struct SourceLimits {
  std::size_t mail = 64 * 1024 * 1024;  ///< bytes of one mail; the rest is dropped, and reported
  std::size_t depth = 32;               ///< folders within folders
  std::size_t folders = 100'000;        ///< within one PATH
  std::size_t batch = 10'000;           ///< names of one folder that are sorted at a time
};

struct SourceMail {
  std::string_view name;        ///< the path as given, with ":N" for the Nth mail of an mbox that has several
  std::string_view bytes;       ///< like the other texts, valid only during the call
  std::string_view problem;     ///< empty if the mail is whole, else why it isn't: "cut short: ..."
  const mail::Message& header;  ///< of the mail, walked
};

/// What could not be read at all, or only in part.
struct SourceProblem {
  enum class Kind : std::uint8_t {
    CutShort,    ///< the mail was read, but it is not whole
    Doubtful,    ///< an mbox may hold more mails than were counted
    NoMail,      ///< it holds no mail: something else, an empty folder, a broken mbox
    NotOpened,   ///< it does not exist, may not be read, or is too deep in folders
    ReadFailed,  ///< reading failed half way
  };

  Kind kind = Kind::CutShort;
  std::string message;  ///< "NAME: what is wrong", printable
};

/// Returns the problem with a file that could not be opened, by errno.
SourceProblem problem_of(std::string_view name, int error);

class MailVisitor {
 public:
  virtual ~MailVisitor() = default;
  virtual void mail(const SourceMail& mail) = 0;
  virtual void problem(const SourceProblem& problem) = 0;
  /// Called once if nobody has written into the pipe `name` for a second; the wait goes on.
  virtual void waits(std::string_view name) { (void)name; }
  /// Called when `bytes` more bytes of the input were read or passed over.
  virtual void advanced(std::uint64_t bytes) { (void)bytes; }
};

/// Gives `visitor` all mails of `path`; "-" is standard input. Files of a folder come in the order of their
/// names; in a very large folder only each batch is sorted. Links to folders are not followed. Hidden files
/// are passed over, and so are pipes, sockets and devices, which are a problem each. `path` itself may be a
/// pipe: it is waited for.
void read_mails(const std::string& path, MailVisitor& visitor, const SourceLimits& limits = {});

/// Gives `visitor` the mails of an open file. `name` is used in messages; if it ends in .eml, the file is one
/// mail.
void read_mails(os::ByteSource& source, std::string_view name, MailVisitor& visitor,
                const SourceLimits& limits = {});

/// The same for callers that want all mails or an error: calls `take` with each mail, reads on after a
/// problem, and returns the first one.
base::Result<void> for_each_mail(const std::string& path,
                                 const std::function<void(const SourceMail& mail)>& take);

/// Returns how many bytes read_mails() will advance over, for a progress bar, or 0 if that can't be told.
std::uint64_t count_bytes(const std::string& path, const SourceLimits& limits = {});

}  // namespace backstop::mailbox
