// The dots that DATA adds to lines that begin with one (RFC 5321 4.5.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace backstop::smtp {

/// Removes the dots, in any pieces, from bytes that passed DataScanner. The end of data (".CRLF" after a line
/// end) may be in the input, and is dropped.
class Unstuffer {
 public:
  void append(std::string_view stuffed, std::string& out);
  void reset() { *this = Unstuffer(); }

 private:
  enum class Place : std::uint8_t { LineStart, InLine, AfterDot, AfterDotCr };

  Place place_ = Place::LineStart;
};

/// Adds the dots, in any pieces. finish() appends the end of data, after a CRLF if the last line has none;
/// the stuffer is then ready for the next message.
class Stuffer {
 public:
  void append(std::string_view plain, std::string& out);
  void finish(std::string& out);

 private:
  char last_ = '\n';         // the last byte
  bool is_line_end_ = true;  // the last two bytes are CRLF, or there was no byte yet
};

}  // namespace backstop::smtp
