// Turns HTML into text: tags are dropped, blocks and breaks become line ends, and the entities that mail uses
// are decoded. The text is for finding phrases, not for display. Takes linear time and no recursion.
#pragma once

#include <string>
#include <string_view>

namespace backstop::response {

/// Appends the text of `html` (UTF-8) to `out`.
void append_html_text(std::string_view html, std::string& out);

}  // namespace backstop::response
