// Delivery into a Maildir (maildir(5)): written to tmp and synced, linked into new, and the folder synced,
// all before the answer is yes. Blocking; nothing of Asio here. What is in tmp after a crash was never
// answered with yes.
//
// Lines end in LF in the file, as every program that reads Maildirs expects; a mail that came in through the
// gateway has no CR but before LF, so nothing is lost by it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "mail/address.h"
#include "next_hop/trouble.h"

namespace backstop::next_hop {

/// The folder of a recipient: %d is the domain as base::domain_key() folds it, %n the local part in lower
/// case, and %% is a %. An error for an address whose parts can't be a folder's name: empty, beginning with a
/// dot, with a slash or a control character.
base::Result<std::string> maildir_path(std::string_view form, const mail::Address& recipient);

/// One message. A file that was not linked is removed by the destructor.
class MaildirFile {
 public:
  /// Makes the folder with its tmp, new and cur where they are missing (mode 0700), and the file in tmp
  /// (0600).
  static std::expected<MaildirFile, Failed> create(const std::string& folder, std::string_view hostname);

  MaildirFile(MaildirFile&& other) noexcept;
  MaildirFile& operator=(MaildirFile&&) = delete;
  ~MaildirFile();

  /// Without its carriage returns.
  std::expected<void, Failed> write(std::string_view bytes);
  /// On the disk, and in new.
  std::expected<void, Failed> deliver();

 private:
  MaildirFile(std::string folder, std::string name, int fd)
      : folder_(std::move(folder)), name_(std::move(name)), fd_(fd) {}

  std::string folder_;
  std::string name_;
  int fd_ = -1;
};

}  // namespace backstop::next_hop
