// Mail data on the wire (RFC 5321 4.1.1.4, 4.5.2): where it ends, what may not be in it, and dots.
//
// Only CRLF.CRLF ends data. A CR without LF, an LF without CR and a NUL are faults wherever they stand, so
// that no two servers can disagree about where a message ends (SMTP smuggling: CVE-2023-51764 and its kin).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::smtp {

enum class DataFault : std::uint8_t { None, BareCr, BareLf, Nul };

/// One clause for the reply: "a line feed without carriage return".
std::string_view explain(DataFault fault);

/// Looks at the bytes that follow DATA, in any pieces, as fast as memory allows (vectorised or memchr: 4 GB/s
/// is what is wanted of ordinary lines). After a fault or the end it is to be reset before use.
class DataScanner {
 public:
  struct Scan {
    std::size_t size;  ///< how many bytes belong to the message, its end of data included; all of them,
                       ///< unless it ended
    std::size_t dots;  ///< how many of them the wire alone has (4.5.2): the first of each line that begins
                       ///< with one, that of the end of data included
    bool is_end;       ///< the last of them end the data
    DataFault fault;   ///< what forbids the message; `size` is then the place of the byte that shows it: the
                       ///< NUL, the LF, or what follows a CR in place of an LF
  };

  Scan scan(std::string_view bytes);
  void reset() { *this = DataScanner(); }

 private:
  // What the last byte was, 0 or 1 each.
  std::uint8_t cr_ = 0;
  std::uint8_t lf_ = 1;           // the data begins as after a line end
  std::uint8_t line_dot_ = 0;     // a dot at the start of a line
  std::uint8_t line_dot_cr_ = 0;  // the CR right after such a dot
};

/// Finds the end of data alone, in any pieces, in what follows a fault: the rest of such a message is read
/// and dropped. No fault ends data; only CRLF.CRLF does.
class EndFinder {
 public:
  /// How many of the bytes belong to the message, its end included; nullopt while it has not ended. After
  /// the end the finder is to be thrown away.
  std::optional<std::size_t> find(std::string_view bytes);
  /// True when the bytes so far end with a dot alone on its line, whatever ends the lines. A client that does
  /// not end them with CRLF now waits for its answer.
  bool may_have_ended() const;

 private:
  std::string tail_;  // the last bytes, too few for an end of data
};

/// The same rules for the chunks of BDAT (RFC 3030), which have no dots and no end of their own: CRLF may be
/// cut between chunks. finish() is asked after the last one: a CR may be left.
class ChunkScanner {
 public:
  struct Scan {
    std::size_t size;  ///< all, or the place of the byte that shows the fault
    DataFault fault;
  };

  Scan scan(std::string_view bytes);
  DataFault finish() const;
  /// True when what was seen ends in CRLF, or nothing was seen: else a CRLF has to be added before the end of
  /// data.
  bool ends_in_line_end() const;
  void reset() { *this = ChunkScanner(); }

 private:
  std::uint8_t cr_ = 0;  // what the last byte was, 0 or 1 each
  std::uint8_t lf_ = 1;
};

/// Takes the dots away that DATA adds (4.5.2), in any pieces; wants bytes that passed DataScanner, without
/// the end of data. The end of data itself (".CRLF" after a line end) may be in the input: it is dropped.
class Unstuffer {
 public:
  void append(std::string_view stuffed, std::string& out);
  void reset() { *this = Unstuffer(); }

 private:
  enum class Place : std::uint8_t { LineStart, InLine, AfterDot, AfterDotCr };

  Place place_ = Place::LineStart;
};

/// Adds them, in any pieces. finish() appends the end of data, after a CRLF where the last line has none, and
/// the stuffer is ready for the next message.
class Stuffer {
 public:
  void append(std::string_view plain, std::string& out);
  void finish(std::string& out);

 private:
  char last_ = '\n';         // the last byte
  bool is_line_end_ = true;  // it and the one before it are CRLF, or there was none
};

}  // namespace backstop::smtp
