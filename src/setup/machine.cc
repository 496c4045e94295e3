#include "setup/machine.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backstop::setup {

std::string Outcome::why() const {
  if (status == kNotStarted && err.empty()) return "there is no such command";
  std::string_view last;
  for (const std::string* const text : {&out, &err}) {
    std::string_view rest = *text;
    std::string_view line;
    while (base::next_line(rest, line)) {
      if (!base::trim(line).empty()) last = base::trim(line);
    }
  }
  return last.empty() ? fmt::format("it ended with status {}", status) : base::printable(last);
}

}  // namespace backstop::setup
