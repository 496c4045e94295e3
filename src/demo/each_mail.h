// The mails of a file or a folder, for callers that want all of them or an error.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "mailbox/mail_source.h"

namespace backstop::demo {

/// Calls `take` with each mail of `path`. Reads on after a problem; returns the first one.
base::Result<void> for_each_mail(const std::string& path,
                                 const std::function<void(const mailbox::SourceMail& mail)>& take);

}  // namespace backstop::demo
