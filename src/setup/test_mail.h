// The test mails: one by SMTP, one by sendmail(1). They look like bounces, so that Backstop judges them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "setup/machine.h"

namespace backstop::setup {

struct TestMail {
  std::string hostname;
  std::string recipient;
  std::string id;  ///< of the Message-ID, so that it is found again
  std::string date;

  /// Returns a small bounce with LF as line ends.
  std::string text() const;
};

/// Brings a bounce to the first recipient that the server takes. Returns its last reply, or an error with the
/// reply that refused it.
base::Result<std::string> bring_mail(SmtpTalk& talk, TestMail mail,
                                     const std::vector<std::string>& recipients, std::string& taken);

/// Returns "4ABCDEF" of "250 2.0.0 Ok: queued as 4ABCDEF", or an empty text.
std::string queue_id_of(std::string_view reply);

}  // namespace backstop::setup
