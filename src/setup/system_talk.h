// Sockets of setup: a milter's, and a mail server's. They block, with limits.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "setup/machine.h"

namespace backstop::setup {

/// See Machine::greet_milter().
base::Result<void> greet_milter_at(const std::string& path, const std::string& user);

/// See Machine::connect().
base::Result<std::unique_ptr<SmtpTalk>> connect_to_server(const std::string& host, const std::string& port);

}  // namespace backstop::setup
