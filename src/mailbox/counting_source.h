// Tells how far a file has been read, while it is read.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "os/byte_source.h"

namespace backstop::mailbox {

class CountingSource : public os::ByteSource {
 public:
  /// `source` is kept as a reference. `advanced` is called after each read with the number of its bytes.
  CountingSource(os::ByteSource& source, std::function<void(std::uint64_t bytes)> advanced)
      : source_(source), advanced_(std::move(advanced)) {}

  base::Result<std::size_t> read(std::span<char> room) override {
    const auto got = source_.read(room);
    if (got) {
      total_ += *got;
      advanced_(*got);
    }
    return got;
  }
  std::uint64_t total() const { return total_; }

 private:
  os::ByteSource& source_;
  std::function<void(std::uint64_t)> advanced_;
  std::uint64_t total_ = 0;
};

}  // namespace backstop::mailbox
