// What a daemon asks of the operating system: signals, another user, file limits, memory that is nobody
// else's, and a word to its supervisor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::os {

/// Puts /dev/null in the place of each of standard input, output and error that is closed, so that no file or
/// connection gets its number. To come before any file is opened.
void hold_standard_streams();

/// Blocks the signals that serve waits for, in this thread and in all that it starts. Ignores those that must
/// not end it: SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2 and SIGALRM.
void block_signals();

enum class Asked : bool { Stop, Reload };
/// Waits for SIGTERM or SIGINT (Stop) or SIGHUP (Reload). block_signals() comes first.
Asked wait_for_signal();
/// The same without waiting; nothing where none has come since the last time.
std::optional<Asked> take_signal();

struct User {
  std::string name;
  uid_t number;
  gid_t group;  ///< its first one
};
/// Nothing where there is no such user.
std::optional<User> find_user(const std::string& name);

/// Becomes that user for good, with its groups; nothing where we are it already. An error leaves nothing
/// changed that matters: the caller is to end.
base::Result<void> become(const std::string& user);

/// Those of the files that this user could not read: a child process becomes it and tries. Takes root;
/// without it, and for root itself, none.
std::vector<std::string> unreadable_for(const User& user, const std::vector<std::string>& files);

/// No core dump is ever written, and no other process of the same user can look into this one: what it holds
/// are keys and other people's mail. To be said again after become().
void keep_memory_private();

/// Raises the soft limit of open files to the hard one, and returns it.
std::uint64_t raise_file_limit();

/// What is wrong where `sessions` take more open files than `limit` allows, and what to do; else empty.
std::string why_too_few_files(std::size_t sessions, std::size_t workers, std::uint64_t limit);

/// Tells the supervisor (sd_notify(3)): "READY=1". Nothing where there is none.
void notify_supervisor(std::string_view state);

}  // namespace backstop::os
