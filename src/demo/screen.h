// What the demo prints: paragraphs, and on a terminal a block of lines that is drawn over and over in its
// place.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string_view>

namespace backstop::demo {

class DemoScreen {
 public:
  /// With `is_live` what is drawn is shown, else only what is said.
  DemoScreen(std::ostream& out, bool is_live) : out_(out), is_live_(is_live) {}

  bool is_live() const { return is_live_; }
  /// Plain text, below what was said before; a block that was drawn is taken away first.
  void say(std::string_view text);
  /// Whole lines, none of them longer than the terminal is wide.
  void draw(std::string_view lines);

 private:
  void erase();

  std::ostream& out_;
  bool is_live_;
  std::size_t drawn_ = 0;  ///< lines of the block on the screen
};

/// Returns true if standard output is a terminal on which a block of 80 columns can be drawn over.
bool is_live_terminal();

}  // namespace backstop::demo
