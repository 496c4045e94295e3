// Runs a program of this machine to its end.
#pragma once

#include <string_view>

#include "setup/machine.h"

namespace backstop::setup {

/// See Machine::run(). A program is also looked for in /usr/sbin and /sbin. What it started may go on.
Outcome run_command(const Command& command, std::string_view input);

}  // namespace backstop::setup
