// What a daemon asks of the operating system: signals, another user, file limits, and a word to its
// supervisor.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::app {

/// Blocks the signals that serve waits for, in this thread and in all that it starts; SIGPIPE is ignored.
void block_signals();

enum class Asked : bool { Stop, Reload };
/// Waits for SIGTERM or SIGINT (Stop) or SIGHUP (Reload). block_signals() comes first.
Asked wait_for_signal();

/// Becomes that user for good, with its groups; nothing where we are it already. An error leaves nothing
/// changed that matters: the caller is to end.
base::Result<void> become(const std::string& user);

/// Raises the soft limit of open files to the hard one.
void raise_file_limit();

/// Tells the supervisor (sd_notify(3)): "READY=1". Nothing where there is none.
void notify_supervisor(std::string_view state);

}  // namespace backstop::app
