// Mail data on the wire (RFC 5321 4.1.1.4, 4.5.2): where it ends, what may not be in it, and dots.
//
// Only CRLF.CRLF ends data. A CR without LF, an LF without CR and a NUL are faults wherever they are, so
// that no two servers can disagree about where a message ends (SMTP smuggling: CVE-2023-51764 and its kin).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::smtp {

enum class DataFault : std::uint8_t { None, BareCr, BareLf, Nul };

/// Returns one clause for the reply: "a line feed without carriage return".
std::string_view explain(DataFault fault);

/// Scans the bytes that follow DATA, in any pieces, with vectors (the aim is 4 GB/s for ordinary lines). Must
/// be reset after a fault or the end.
class DataScanner {
 public:
  struct Scan {
    std::size_t size;  ///< how many bytes belong to the message, its end of data included; all of them,
                       ///< unless it ended
    std::size_t dots;  ///< how many of them are dots that only the wire has (4.5.2): the first of each line
                       ///< that begins with one, that of the end of data included
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

/// Finds only the end of data, in any pieces, in what follows a fault: the rest of such a message is read and
/// dropped. No fault ends data; only CRLF.CRLF does.
class EndFinder {
 public:
  /// Returns how many of the bytes belong to the message, its end included; nullopt while it has not ended.
  /// The finder must not be used after the end.
  std::optional<std::size_t> find(std::string_view bytes);
  /// True if the bytes so far end with a dot alone on its line, whatever ends the lines. A client that does
  /// not end them with CRLF now waits for its answer.
  bool may_have_ended() const;

 private:
  std::string tail_;  // the last bytes, too few for an end of data
};

/// Scans the chunks of BDAT (RFC 3030) for the same faults. They have no dots and no end of their own. A CRLF
/// may be cut between chunks; finish() after the last chunk says whether a CR was left.
class ChunkScanner {
 public:
  struct Scan {
    std::size_t size;  ///< all, or the place of the byte that shows the fault
    DataFault fault;
  };

  Scan scan(std::string_view bytes);
  DataFault finish() const;
  void reset() { *this = ChunkScanner(); }

 private:
  std::uint8_t cr_ = 0;  // 1 if the last byte was a CR
};

}  // namespace backstop::smtp
