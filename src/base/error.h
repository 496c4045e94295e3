// What went wrong, for the person who must mend it: what was found and what would be right.
#pragma once

#include <expected>
#include <string>

namespace backstop::base {

struct Error {
  /// One line, no full stop, no line end. Untrusted bytes in it have gone through base::printable().
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

}  // namespace backstop::base
