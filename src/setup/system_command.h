// Runs a program of this machine to its end.
#pragma once

#include <chrono>
#include <string_view>

#include "setup/machine.h"

namespace backstop::setup {

/// The unit has 90 seconds to end what runs before it is started again.
inline constexpr std::chrono::seconds kCommandLimit = std::chrono::minutes(3);

/// See Machine::run(). A program is also looked for in /usr/sbin and /sbin, and is killed at the limit. What
/// it started may go on.
Outcome run_command(const Command& command, std::string_view input,
                    std::chrono::seconds limit = kCommandLimit);

}  // namespace backstop::setup
