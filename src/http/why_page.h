// The public page that refusals link to: docs/backscatter.md as HTML, with the words about one cause on top.
// Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "http/call.h"

namespace backstop::http {

/// Returns the page. `cause` is a code of the page's table; any other, also an empty one, is left out.
/// `text` is Markdown of these forms: "# ", "## ", paragraphs, and one table whose first column is codes.
std::string why_html(std::string_view text, std::string_view cause);

/// The answer of /why and /why/{cause}.
Reply show_why(Call& call);

}  // namespace backstop::http
