// What a daemon asks of the operating system: signals, another user, file limits, memory that no other
// process can read, and a message to its supervisor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::os {

/// Opens /dev/null in place of each of standard input, output and error that is closed, so that no file or
/// connection gets its number. Must be called before any file is opened.
void hold_standard_streams();

/// Blocks the signals that serve waits for, in this thread and in all that it starts. Ignores SIGPIPE,
/// SIGXFSZ, SIGUSR1, SIGUSR2 and SIGALRM, which must not end it.
void block_signals();

enum class Asked : bool { Stop, Reload };
/// Waits for SIGTERM or SIGINT (Stop) or SIGHUP (Reload). block_signals() comes first.
Asked wait_for_signal();
/// The same without waiting; nullopt if none has come since the last call.
std::optional<Asked> take_signal();

struct User {
  std::string name;
  uid_t number;
  gid_t group;  ///< its first one
};
/// Returns nullopt if there is no such user.
std::optional<User> find_user(const std::string& name);

/// Becomes that user for good, with its groups; does nothing if we already are that user. After an error the
/// caller must end: some of the change may have been made.
base::Result<void> become(const std::string& user);

/// Returns the files that the user can't read; a child process becomes that user and tries. Returns none if
/// we are not root, or if the user is root.
std::vector<std::string> unreadable_for(const User& user, const std::vector<std::string>& files);

/// The same for those that the user can't write to. To write to a folder is to make files in it.
std::vector<std::string> unwritable_for(const User& user, const std::vector<std::string>& files);

/// While it lives, this thread opens and makes files as that user (setfsuid(2)). A thread that starts
/// meanwhile keeps that user until it ends. Of the user's groups only the first counts. Our own supplementary
/// groups still count. Does nothing if there is no user, if we are not root, or if the user is root.
class FilesAs {
 public:
  explicit FilesAs(const std::optional<User>& user);
  ~FilesAs();
  FilesAs(const FilesAs&) = delete;
  FilesAs& operator=(const FilesAs&) = delete;

 private:
  const bool is_on_;
};

/// Returns whose a file is, without a name, or nullopt if it isn't there.
std::optional<User> owner_of_file(const std::string& file);

/// Prevents core dumps, and keeps other processes of the same user from reading this one: it holds keys and
/// other people's mail. Must be called again after become().
void keep_memory_private();

/// Raises the soft limit of open files to the hard one, and returns it.
std::uint64_t raise_file_limit();

/// If that many sessions take more open files than `limit` allows, returns what is wrong and what to do; else
/// an empty text.
std::string why_too_few_files(std::size_t sessions, std::size_t workers, std::uint64_t limit);

/// Returns the descriptors that the supervisor passed (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS), which the
/// caller owns then; none the next time. The environment names them no more, so no child takes them for its
/// own.
std::vector<int> take_passed_descriptors();

/// Tells the supervisor (sd_notify(3)), for example "READY=1". Does nothing if there is none.
void notify_supervisor(std::string_view state);

}  // namespace backstop::os
