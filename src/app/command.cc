#include "app/command.h"

#include <unistd.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "config/load.h"
#include "os/process.h"

namespace backstop::app {

void report_error(CommandContext& context, int status, std::string_view message) {
  context.err << "backstop: " << message;
  if (status == kExitUsage) {
    // As it was called, so that the line can be typed: "./run keys --help".
    constexpr std::string_view kName = "backstop";
    const auto rest = std::string_view(context.command).substr(kName.size());
    context.err << (message.ends_with('?') ? " See " : "; see ") << base::printable(context.program) << rest
                << " --help";
  }
  context.err << '\n';
  context.exit_status = std::max(context.exit_status, status);
}

void tell_waiting(std::string_view name, CommandContext& context) {
  constexpr std::size_t kLongestPath = 4096;
  context.err << "backstop: " << base::printable(name, kLongestPath)
              << ": it is a pipe; waiting until somebody writes into it\n";
  context.err.flush();
}

bool become_user_of(const config::Config& config, CommandContext& context) {
  const auto& user = config.server.user;
  if (user.empty() || ::geteuid() != 0) return true;
  const auto done = os::become(user);
  if (!done) report_error(context, kExitUnavailable, done.error().message);
  return done.has_value();
}

int exit_status_of(const config::LoadFailure& failure) {
  return failure.kind == config::LoadFailure::Kind::Unreadable ? kExitNoInput : kExitData;
}

void report_failure(CommandContext& context, const config::LoadFailure& failure) {
  const int status = exit_status_of(failure);
  if (failure.kind == config::LoadFailure::Kind::Unreadable) {
    return report_error(context, status, failure.lines.front());
  }
  for (const auto& line : failure.lines) context.err << line << '\n';
  context.exit_status = std::max(context.exit_status, status);
}

}  // namespace backstop::app
