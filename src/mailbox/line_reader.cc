#include "mailbox/line_reader.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace backstop::mailbox {

namespace {

constexpr std::size_t kChunk = 64 * 1024;

}  // namespace

LineReader::LineReader(os::ByteSource& source, std::size_t cap)
    : source_(source), cap_(cap), buffer_(cap + 2 + kChunk, '\0') {}

// What a line has past its cap is dropped here; the two bytes more tell that it was longer, with CRLF or not.
base::Result<void> LineReader::fill() {
  sought_ = end_ = std::min(end_, begin_ + cap_ + 2);
  if (buffer_.size() - end_ < kChunk / 2) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    sought_ = end_ -= std::exchange(begin_, 0);
  }
  const auto got = source_.read(std::span(buffer_).subspan(end_));
  if (!got) return std::unexpected(got.error());
  end_ += *got;
  is_at_end_ = *got == 0;
  return {};
}

Line LineReader::take(std::size_t size, std::size_t line_end) {
  std::string_view text(buffer_.data() + begin_, size);
  begin_ = sought_ = begin_ + size + line_end;
  if (line_end > 0 && text.ends_with('\r')) text.remove_suffix(1);
  return {text.substr(0, cap_), text.size() > cap_};
}

base::Result<std::optional<Line>> LineReader::next() {
  for (;;) {
    const void* found = std::memchr(buffer_.data() + sought_, '\n', end_ - sought_);
    if (found != nullptr) {
      return take(static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) - begin_, 1);
    }
    if (is_at_end_) {
      if (begin_ == end_) return std::nullopt;
      return take(end_ - begin_, 0);
    }
    if (const auto filled = fill(); !filled) return std::unexpected(filled.error());
  }
}

}  // namespace backstop::mailbox
