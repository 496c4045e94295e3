// A mail of our own to somebody here: plain text that a program wrote. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "mail/address.h"

namespace backstop::report {

struct NoticeMail {
  std::string_view hostname;  ///< ours
  mail::Address recipient;
  std::string_view subject;  ///< ASCII
  std::string_view text;     ///< lines with LF, each well below 998 octets
  std::chrono::system_clock::time_point time;
};

/// Returns the mail with CRLF. It comes from the postmaster of the recipient's domain, and says that a
/// program wrote it (RFC 3834 5), so that nothing answers it.
std::string notice_mail(const NoticeMail& notice);

}  // namespace backstop::report
