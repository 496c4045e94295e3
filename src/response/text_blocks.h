// Reads header blocks out of running text: old bounces, challenges and people's replies return the original's
// header as lines of their own text. Such lines may be quoted, indented, set apart by empty lines (HTML), or
// re-wrapped: a long line was cut, and its rest does not begin with white space. What can be told is undone,
// so that a relaxed DKIM signature over the fields holds. Linear; a block belongs to one pass.
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mail/field_name.h"

namespace backstop::response {

struct TextBlock {
  std::string bytes = {};    ///< the fields, each line with CRLF, without quote marks and indentation
  bool is_quoted = false;    ///< there were quote marks before its lines
  bool is_cut = false;       ///< it was longer than the cap
  bool reaches_end = false;  ///< nothing of the text follows it
};

/// Goes through one text. Not thread-safe; the text must outlive it.
class TextBlocks {
 public:
  /// Keeps at most `most` bytes of a block.
  TextBlocks(std::string_view text, std::size_t most) : rest_(text), most_(most) {}

  /// Returns the next block that has at least three different fields of mail/field_name.h, or nullopt.
  std::optional<TextBlock> next();

 private:
  void open(std::string_view line);
  bool take(std::string_view line);
  bool take_blank();
  bool is_field(std::string_view inner, std::string_view name) const;
  bool was_cut_off(std::string_view inner);
  bool header_goes_on();
  void begin_field(std::string_view inner, std::string_view name);
  void join(std::string_view inner);
  void append(std::string_view before, std::string_view text);
  void follow_tag(std::string_view text);
  std::optional<TextBlock> close();

  std::string_view rest_;
  std::size_t most_;

  // The block that is open.
  bool is_open_ = false;
  TextBlock block_;
  std::size_t prefix_ = 0;  // bytes before each line
  std::size_t lines_ = 0;
  std::size_t previous_ = 0;       // length of the line before, with its prefix
  std::size_t last_word_ = 0;      // length of the last word of that line
  bool is_double_spaced_ = false;  // an empty line follows each line
  std::size_t blanks_ = 0;         // empty lines since the last line
  bool is_tag_list_ = false;       // the current field is a list of tags, as DKIM-Signature is
  std::string tag_;                // how its current tag begins: "h="
  std::size_t strays_ = 0;         // lines ahead that are no fields, and behind which the header goes on
  std::bitset<mail::kFieldNames.size()> seen_;
};

}  // namespace backstop::response
