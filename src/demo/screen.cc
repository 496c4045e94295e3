#include "demo/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace backstop::demo {

namespace {

constexpr int kNeededColumns = 80;
constexpr int kNeededRows = 10;

}  // namespace

void DemoScreen::say(std::string_view text) {
  erase();
  out_ << text << std::flush;
}

void DemoScreen::draw(std::string_view lines) {
  if (!is_live_) return;
  erase();
  out_ << lines << std::flush;
  drawn_ = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
}

// Moves the cursor up to the beginning of the block, and clears from there on.
void DemoScreen::erase() {
  if (drawn_ > 0) out_ << "\x1b[" << drawn_ << "A\r\x1b[J";
  drawn_ = 0;
}

bool is_live_terminal() {
  const char* const kind = std::getenv("TERM");
  if (::isatty(STDOUT_FILENO) == 0 || kind == nullptr || std::string_view(kind) == "dumb") return false;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return false;
  return size.ws_col >= kNeededColumns && size.ws_row >= kNeededRows;
}

}  // namespace backstop::demo
