// The lines of a file, one after the other, in memory that does not grow with them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/byte_source.h"

namespace backstop::mailbox {

struct Line {
  std::string_view text;  ///< without its line end (CRLF or LF); valid until the next call
  bool is_cut = false;    ///< the line is longer than the cap, and `text` is its beginning
};

class LineReader {
 public:
  /// `source` is kept as a reference.
  LineReader(os::ByteSource& source, std::size_t cap);

  /// Returns the next line, or nullopt at the end. The last line needs no line end.
  base::Result<std::optional<Line>> next();

 private:
  base::Result<void> fill();
  Line take(std::size_t size, std::size_t line_end);

  os::ByteSource& source_;
  std::size_t cap_;
  std::string buffer_;      // of fixed size
  std::size_t begin_ = 0;   // of what was not handed out
  std::size_t end_ = 0;     // of what was read
  std::size_t sought_ = 0;  // no line end is before this
  bool is_at_end_ = false;
};

}  // namespace backstop::mailbox
