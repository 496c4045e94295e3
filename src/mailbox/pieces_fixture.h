// For tests and fuzz targets: a text that comes in pieces, as from a slow pipe.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "os/byte_source.h"

namespace backstop::mailbox {

class Pieces : public os::ByteSource {
 public:
  /// Gives at most `piece` bytes at a time, and fails after `fail_after` bytes.
  Pieces(std::string_view text, std::size_t piece, std::size_t fail_after = std::string_view::npos)
      : text_(text), rest_(text_), piece_(piece), fail_after_(fail_after) {}
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  base::Result<std::size_t> read(std::span<char> room) override {
    if (given_ >= fail_after_) return std::unexpected(base::Error{"Input/output error"});
    const std::size_t count = std::min({room.size(), piece_, rest_.size()});
    std::ranges::copy(rest_.substr(0, count), room.begin());
    rest_.remove_prefix(count);
    given_ += count;
    return count;
  }

 private:
  std::string text_;
  std::string_view rest_;
  std::size_t piece_;
  std::size_t fail_after_;
  std::size_t given_ = 0;
};

}  // namespace backstop::mailbox
