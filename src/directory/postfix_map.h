// The text of a lookup table of Postfix, as postmap(1) reads it: an entry is a line "key value", and goes on
// in the next line if that begins with white space. Lines whose first text is "#" are comments. Pure; a
// reader belongs to one text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::directory {

class PostfixMap {
 public:
  struct Entry {
    std::size_t line = 0;   ///< where it begins, from 1
    std::string_view text;  ///< its lines with a space behind each; good until the next one is read
  };

  explicit PostfixMap(std::string_view text) : rest_(text) {}

  /// Returns nullopt at the end. Takes time in proportion to the text, which the caller caps.
  std::optional<Entry> next();

 private:
  std::string_view rest_;
  std::string_view line_;   ///< the first of the next entry, if has_line_
  std::size_t number_ = 0;  ///< of the line that was read last
  bool has_line_ = false;
  std::string entry_;
};

/// Takes the next word off `rest`, with the quotes that it has. White space and commas are between words.
/// Returns an empty view at the end.
std::string_view take_word(std::string_view& rest);

std::string_view without_brackets(std::string_view word);

/// A bare domain as key, which makes no address known: virtual(5) only declares the domain with it, and no
/// other table of recipients is asked for one.
bool is_domain_line(std::string_view key);

/// An entry that is passed over, in part or whole.
struct MapFinding {
  std::size_t line = 0;  ///< the one where the entry begins, from 1
  std::string what;      ///< printable, without a full stop
};

/// What was found wrong in a map.
struct MapFindings {
  static constexpr std::size_t kMostFindings = 10;

  std::vector<MapFinding> findings;  ///< the first ones
  std::size_t mistakes = 0;          ///< all of them

  void mistake(std::size_t line, std::string what);
};

/// Returns a word of the map in quotes, printable and not too long.
std::string shown(std::string_view word);

}  // namespace backstop::directory
