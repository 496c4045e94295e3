// The lines of one mail that wait for the milter's word, in the order in which they came. A few of them are
// kept in memory, the rest in a file that has no name, so that a large mail costs little memory. Belongs to
// one session; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "os/byte_source.h"

namespace backstop::opensmtpd {

class HeldLines {
 public:
  /// Takes the lines from the first one on, each once. Lines that are appended meanwhile are found, too.
  class Reader {
   public:
    /// Returns false, and leaves `line` as it was, if there is none left.
    bool next(const HeldLines& held, std::string& line);
    /// Begins again.
    void rewind() { *this = Reader(); }

   private:
    std::uint64_t at_ = 0;  ///< what is behind the buffer
    std::string buffer_;
    std::size_t taken_ = 0;  ///< of the buffer
  };

  /// `memory`: how many octets are kept in memory.
  explicit HeldLines(std::size_t memory) : memory_(memory) {}

  /// `line` has no LF. Returns false if the system takes no more: the line is kept all the same.
  bool append(std::string_view line);
  bool is_empty() const { return filed_ == 0 && newest_.empty(); }
  void clear();

 private:
  bool file_newest();
  std::size_t read(std::uint64_t at, char* into, std::size_t size) const;

  std::size_t memory_;
  std::string newest_;  ///< what stands behind the file's end
  os::FileDescriptor file_;
  std::uint64_t filed_ = 0;  ///< octets in the file
};

}  // namespace backstop::opensmtpd
