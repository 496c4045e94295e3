// Text of manual pages: roff with the man macros.
#pragma once

#include <string>
#include <string_view>

namespace backstop::app::roff {

/// Returns one line of text that roff doesn't take for a request or an escape.
std::string escaped(std::string_view text);
std::string bold(std::string_view text);
std::string italic(std::string_view text);
/// Returns a line of sentences in which what stands between backquotes is bold.
std::string sentences(std::string_view text);
/// Returns a term with its description, which is roff already.
std::string entry(std::string_view term, std::string_view description);
/// Returns the start of a page with its NAME. `section` is that of the manual, "1".
std::string head(std::string_view title, std::string_view section, std::string_view description);

/// Returns a page that this program wrote as plain text, for a machine without a formatter of manual pages.
std::string plain(std::string_view page);

}  // namespace backstop::app::roff
