// An open file or pipe, read from its start to its end.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "base/error.h"

namespace backstop::os {

/// Owns one file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// Opens a file to be read. A named pipe is opened at once, whether or not anybody writes into it. Sets errno
/// if that fails.
FileDescriptor open_to_read(const std::string& path);

/// Returns false if nobody has written into the pipe `file` within `most`; true for what is no pipe. A
/// negative `most` waits as long as it takes.
bool is_ready_to_read(const FileDescriptor& file, std::chrono::milliseconds most);

/// Bytes that come one after the other; the interface lets tests feed them in any pieces.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads at most `room.size()` bytes and returns how many; 0 at the end.
  virtual base::Result<std::size_t> read(std::span<char> room) = 0;
};

class FileSource : public ByteSource {
 public:
  explicit FileSource(FileDescriptor file) : file_(std::move(file)) {}
  base::Result<std::size_t> read(std::span<char> room) override;

 private:
  FileDescriptor file_;
};

/// Appends to `buffer` until it holds `most` bytes or `source` ends. Returns true if it ended.
base::Result<bool> read_up_to(ByteSource& source, std::size_t most, std::string& buffer);

}  // namespace backstop::os
