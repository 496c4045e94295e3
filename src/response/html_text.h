// HTML as text: tags dropped, blocks and breaks as line ends, the entities that mail uses decoded. For
// reading phrases, not for display. Linear, no recursion.
#pragma once

#include <string>
#include <string_view>

namespace backstop::response {

/// Appends the text of `html` (UTF-8) to `out`.
void append_html_text(std::string_view html, std::string& out);

}  // namespace backstop::response
