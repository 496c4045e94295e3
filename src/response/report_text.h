// The words of a mail that are meant for people: its readable text parts, decoded, and cut where the returned
// original begins. This is what phrases are looked for in and what text bounces are read from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"

namespace backstop::response {

/// A header block that stands inside of text: an original returned as text, or the few fields of it that a
/// report quotes.
struct TextHeaderBlock {
  std::size_t begin = 0;  ///< offset in ReportText::raw
  std::size_t end = 0;
  std::size_t prefix = 0;  ///< bytes before each of its lines (quote marks, indentation)
  bool is_whole =
      false;  ///< it has fields that only a real mail has, so what follows it is the original's body
};

class ReportText {
 public:
  /// One line of `flat`: no white space at its ends, runs of white space inside are one space, and no
  /// default-ignorable characters, which would hide words. Empty lines are left out.
  struct Line {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool is_after_blank = false;  ///< an empty line came before it
  };

  /// Collects from the readable parts of `message`; no more than `most` bytes. What it held before is
  /// dropped.
  void collect(const mail::Message& message, std::size_t most);

  /// The text in UTF-8 with its line ends, returned original and all. Valid until the next collect(), and
  /// only as long as the message's buffer.
  std::string_view raw() const { return raw_; }
  /// The lines before the returned original, joined by single spaces, so that a phrase may run over a line
  /// end.
  std::string_view flat() const { return flat_; }
  const std::vector<Line>& lines() const { return lines_; }
  std::string_view text_of(const Line& line) const {
    return std::string_view(flat_).substr(line.begin, line.end - line.begin);
  }
  /// Index of the line that holds the byte of flat() at `offset`.
  std::size_t line_at(std::size_t offset) const;

  /// Header blocks in the text; the first whole one ends the report.
  const std::vector<TextHeaderBlock>& header_blocks() const { return blocks_; }
  bool is_truncated() const { return is_truncated_; }

 private:
  void append_part(const mail::Message& message, const mail::Part& part, std::size_t most);
  void find_header_blocks();
  void flatten();

  std::string storage_;
  std::string decoded_;
  std::string_view raw_;
  std::string flat_;
  std::vector<Line> lines_;
  std::vector<TextHeaderBlock> blocks_;
  bool is_truncated_ = false;
};

}  // namespace backstop::response
