// The text of a mail that is meant for people: its readable parts, decoded, and cut where the returned
// original begins. Phrases are looked for in it, and text bounces are read from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"

namespace backstop::response {

/// A header block inside a text: an original that is returned as text, or the few fields of it that a report
/// quotes.
struct TextHeaderBlock {
  std::size_t begin = 0;  ///< offset in ReportText::raw
  std::size_t end = 0;
  std::size_t prefix = 0;  ///< bytes before each of its lines (quote marks, indentation)
  bool is_whole = false;   ///< it has fields that only a real mail has, so the original's body follows it
};

/// Returns the field name of a header line, or an empty view. "http://..." and "550: no" have none.
std::string_view name_of_line(std::string_view line);

/// Returns whether somebody quotes the line: "> some words", but not ">>> RCPT TO:<...>" of a transcript, and
/// not "> user@example.org" of a list.
bool is_quoted(std::string_view line);

/// Returns the length of the quote marks and the indentation before a line.
std::size_t prefix_of(std::string_view line);

class ReportText {
 public:
  /// One line of `flat`. It has no white space at its ends, single spaces inside, and no default-ignorable
  /// characters, which would hide words. Empty lines are left out.
  struct Line {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool is_after_blank = false;  ///< an empty line came before it
    std::uint8_t indent = 0;      ///< white space before it in the mail, at most 255
  };

  /// Collects at most `most` bytes from the readable parts of `message`. What it held before is dropped.
  void collect(const mail::Message& message, std::size_t most);

  /// The text in UTF-8 with its line ends, including a returned original. Valid until the next collect(), and
  /// only as long as the message's buffer.
  std::string_view raw() const { return raw_; }
  /// The lines before the returned original, joined by single spaces, so that phrases may run over line
  /// ends. The subject of another mail that they quote is left out (quoted_subject.h).
  std::string_view flat() const { return flat_; }
  const std::vector<Line>& lines() const { return lines_; }
  std::string_view text_of(const Line& line) const {
    return std::string_view(flat_).substr(line.begin, line.end - line.begin);
  }
  /// Returns the index of the line that has the byte of flat() at `offset`.
  std::size_t line_at(std::size_t offset) const;

  /// Header blocks in the text; the first whole one ends the report.
  const std::vector<TextHeaderBlock>& header_blocks() const { return blocks_; }
  /// Returns the index of the line with which the footer of a list manager begins, or the number of lines.
  std::size_t footer() const { return footer_; }
  /// flat() without the footer.
  std::string_view report() const {
    return footer_ < lines_.size() ? std::string_view(flat_).substr(0, lines_[footer_].begin) : flat_;
  }
  bool is_truncated() const { return is_truncated_; }
  /// True if a line of raw() begins with the name of a known field, which a header block needs.
  bool has_field_line() const { return has_field_line_; }
  /// True if HTML parts were read, since there is no plain text.
  bool is_html() const { return is_html_; }

 private:
  void append_part(const mail::Message& message, const mail::Part& part, std::size_t most);
  void find_header_blocks();
  void flatten();
  void find_footer();

  std::string storage_;
  std::string decoded_;
  std::string_view raw_;
  std::string flat_;
  std::vector<Line> lines_;
  std::vector<TextHeaderBlock> blocks_;
  std::size_t footer_ = 0;
  bool is_truncated_ = false;
  bool is_html_ = false;
  bool has_field_line_ = false;
};

}  // namespace backstop::response
