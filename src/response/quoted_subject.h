// Takes the quoted subject of another mail out of a report's lines. Its words are the sender's of that mail:
// whoever sends "Subject: virus in your mail" must not decide what a report about it is, or whom it names.
// Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace backstop::response {

/// Returns whether the text has a word for "subject" in any language. Without one there is nothing to take
/// out.
bool speaks_of_a_subject(std::string_view text);

/// Reads the lines of one text, in order.
class QuotedSubject {
 public:
  /// What stays of a line: all of it but the quoted subject.
  struct Kept {
    std::string_view head;
    std::string_view tail = {};
  };
  /// Reads `line`, which `rest` of the text follows.
  Kept keep(std::string_view line, std::string_view rest);

 private:
  enum class Next {
    Line,    ///< the next line is the report's own
    Folded,  ///< it goes on with the subject if it is indented more
    Value,   ///< it has the subject if it is indented more, also after empty lines
  };
  Next next_ = Next::Line;
  std::size_t indent_ = 0;            // of the line with the word
  const char* quoted_end_ = nullptr;  // of a quotation that goes on in the lines below
  int taken_ = 0;                     // lines that were taken out since then
};

}  // namespace backstop::response
