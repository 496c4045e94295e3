// What the demo prints: paragraphs and, on a terminal, a block of lines that is drawn again and again in its
// place.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string_view>

namespace backstop::demo {

class DemoScreen {
 public:
  /// Without `is_live`, draw() shows nothing.
  DemoScreen(std::ostream& out, bool is_live) : out_(out), is_live_(is_live) {}

  bool is_live() const { return is_live_; }
  /// Prints text below what was said before, in place of the drawn block.
  void say(std::string_view text);
  /// Draws a block of whole lines in place of the last one. No line may be wider than the terminal.
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
