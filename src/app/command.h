// What every subcommand is given: the streams it talks on and the exit status it leaves.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace backstop::config {
struct Config;
struct LoadFailure;
}  // namespace backstop::config

namespace backstop::app {

struct CommandContext {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool color;  ///< colours on `out` are welcome: it is a terminal and NO_COLOR isn't set
  int exit_status = 0;
  std::string program = "backstop";  ///< how it was called, for commands that are shown to be typed
  std::string command = "backstop";  ///< the one that runs, as in "backstop keys new"; usage errors name it
};

/// Exit statuses that every subcommand shares; docs/command-line.md lists them. If several apply, the
/// highest is returned. Those from 64 on are the numbers of sysexits.h.
inline constexpr int kExitPartly = 1;  ///< read, but cut short or doubtful; `tag`: not a good tag
inline constexpr int kExitUsage = 64;
inline constexpr int kExitData = 65;     ///< not a mail, empty, a broken mbox
inline constexpr int kExitNoInput = 66;  ///< no such file, or no permission to read it
inline constexpr int kExitUnavailable =
    69;  ///< the gateway can't start: for want of an address, a user or a file
inline constexpr int kExitCantCreate = 73;  ///< a file could not be written
inline constexpr int kExitInput = 74;       ///< reading or writing failed half way

/// Writes "backstop: MESSAGE" to standard error, and raises the exit status to `status`. `message` must be
/// printable. With kExitUsage it also says which help to read.
void report_error(CommandContext& context, int status, std::string_view message);

/// Says on standard error that nobody has written into the pipe `name` yet, which is waited for.
void tell_waiting(std::string_view name, CommandContext& context);

/// Becomes the user of the server if we are root: files that are made from here on belong to that user, as
/// those of `serve` do. Returns false after it said why that failed; then the command must end.
bool become_user_of(const config::Config& config, CommandContext& context);

/// Returns the exit status of a configuration that can't be used.
int exit_status_of(const config::LoadFailure& failure);
/// Says on standard error why a configuration can't be used, and raises the exit status. The mistakes have no
/// "backstop:" in front, so that editors find the place.
void report_failure(CommandContext& context, const config::LoadFailure& failure);

}  // namespace backstop::app
