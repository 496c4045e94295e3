// Text for a terminal: wrapped sentences, and facts as two columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace backstop::report {

inline constexpr std::size_t kPageWidth = 78;

/// Returns how many columns the text takes, one for each character of its UTF-8.
std::size_t columns(std::string_view text);

/// Returns `text` in lines of at most `width` columns, broken at spaces, each after `indent` spaces and with
/// a line end. A word that is longer than a line stays whole.
std::string wrap(std::string_view text, std::size_t indent = 0, std::size_t width = kPageWidth);

/// Two columns: the names padded, long values wrapped beside them. Rows without a value are left out.
class FactTable {
 public:
  /// `value` is untrusted: it goes through base::printable().
  void add(std::string_view name, std::string_view value);
  std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

}  // namespace backstop::report
