#include "app/command.h"

#include <algorithm>
#include <ostream>

#include "config/load.h"

namespace backstop::app {

void report_error(CommandContext& context, int status, std::string_view message) {
  context.err << "backstop: " << message << '\n';
  context.exit_status = std::max(context.exit_status, status);
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
