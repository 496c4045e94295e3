// Delivery into a Maildir (maildir(5)). A message is written to tmp and synced, linked into new, and the
// folder synced, before it is reported as delivered. A file that a crash leaves in tmp was never reported.
// Blocking, without Asio.
//
// Lines end in LF in the file, as every program that reads Maildirs expects. A mail that came in through the
// gateway has a CR only before LF, so nothing is lost.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "mail/address.h"
#include "next_hop/trouble.h"

namespace backstop::next_hop {

/// Returns the folder of a recipient: %d becomes the domain as base::domain_key() folds it, %n the local part
/// in lower case, and %% a %. An error if a part of the address can't be a folder's name: it is empty, begins
/// with a dot, or holds a slash or a control character.
base::Result<std::string> maildir_path(std::string_view form, const mail::Address& recipient);

/// One message. The destructor removes the file unless it was linked into new.
class MaildirFile {
 public:
  /// Creates the file in tmp (mode 0600), and the folder with its tmp, new and cur if they are missing
  /// (0700).
  static std::expected<MaildirFile, Failed> create(const std::string& folder, std::string_view hostname);

  MaildirFile(MaildirFile&& other) noexcept;
  MaildirFile& operator=(MaildirFile&&) = delete;
  ~MaildirFile();

  /// Writes the bytes without their carriage returns.
  std::expected<void, Failed> write(std::string_view bytes);
  /// Syncs the file to the disk, and links it into new.
  std::expected<void, Failed> deliver();

 private:
  MaildirFile(std::string folder, std::string name, int fd)
      : folder_(std::move(folder)), name_(std::move(name)), fd_(fd) {}

  std::string folder_;
  std::string name_;
  int fd_ = -1;
};

}  // namespace backstop::next_hop
