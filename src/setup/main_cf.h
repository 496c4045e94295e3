// The text of Postfix's main.cf, changed as little as possible: postconf -e would join lines and drop the
// comments inside of a value. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::setup {

/// One "name = value" with the lines that continue it.
struct Assignment {
  std::size_t begin = 0;        ///< of its name
  std::size_t value_begin = 0;  ///< behind the "="
  std::size_t end = 0;          ///< of its last line, without the line end
};

/// Returns the assignment that counts: the last one of that name. A line that begins with white space
/// continues the one before, also with comments and empty lines between them.
std::optional<Assignment> find_assignment(std::string_view text, std::string_view name);

/// Returns the value as it is written, line ends and comments with it. Empty if there is none.
std::string_view raw_value(std::string_view text, std::string_view name);

/// Returns the text with `element` as the first of the list `name`. A parameter that is not there is added at
/// the end.
std::string with_first_element(std::string_view text, std::string_view name, std::string_view element);

/// Returns the text with this value on one line. A parameter that is not there is added at the end.
std::string with_value(std::string_view text, std::string_view name, std::string_view value);

/// Returns the text without the elements of that name in the list `list`. If `drops_line` and nothing else is
/// in the list, its line is taken out.
std::string without_list_element(std::string_view text, std::string_view list, std::string_view name,
                                 bool drops_line);

}  // namespace backstop::setup
