// The lists of main.cf as a person writes them: elements with commas and white space between them, in braces
// if they have options, over several lines, with comments. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {

struct ListElement {
  std::string_view text;  ///< with its braces: "{ unix:a.sock, default_action=accept }"
  std::size_t begin = 0;  ///< where it is in the list
  std::size_t end = 0;    ///< behind it

  /// Returns its first word without braces: "unix:a.sock".
  std::string_view name() const;
  /// Returns the parameter that it stands for: "smtpd_milters" for $smtpd_milters, ${smtpd_milters} and
  /// $(smtpd_milters). Empty if it is anything else.
  std::string_view reference() const;
};

/// Reads a value of main.cf, with the line ends that it has. Lines whose first text is "#" are comments. A
/// brace that is never closed ends with the text.
std::vector<ListElement> parse_list(std::string_view value);

/// Returns the element of that name, or nullopt.
std::optional<ListElement> find_element(std::string_view value, std::string_view name);

/// Returns the elements with ", " between them, without line ends and comments.
std::string joined(const std::vector<ListElement>& elements);

/// Returns the value without all elements of that name, and without the comma of each. All else stays as it
/// is.
std::string without_element(std::string_view value, std::string_view name);

}  // namespace backstop::setup
