// The exit statuses of each command, as its manual page has them. The help of the program has what they mean
// in general.
#pragma once

#include <span>
#include <string_view>

namespace backstop::app {

struct ExitNote {
  std::string_view command;
  std::string_view status;
  std::string_view text;
};

/// In the order of the page. A command that is not here says in its help what its statuses mean.
std::span<const ExitNote> exit_notes();

}  // namespace backstop::app
