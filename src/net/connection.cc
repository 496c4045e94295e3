#include "net/connection.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace backstop::net {

std::span<char> InputBuffer::prepare(std::size_t size) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (capacity_ - end_ < size) {
    const std::size_t used = end_ - begin_;
    if (capacity_ < used + size) {
      // Doubling, so that a message that grows byte by byte is copied a constant number of times.
      const std::size_t grown = std::max(used + size, std::min(capacity_ * 2, capacity_ + (1UZ << 20)));
      auto larger = std::make_unique_for_overwrite<char[]>(grown);
      if (used > 0) std::memcpy(larger.get(), data_.get() + begin_, used);
      data_ = std::move(larger);
      capacity_ = grown;
    } else {
      std::memmove(data_.get(), data_.get() + begin_, used);
    }
    begin_ = 0;
    end_ = used;
  }
  return {data_.get() + end_, capacity_ - end_};
}

void InputBuffer::shrink(std::size_t most) {
  if (!is_empty() || capacity_ <= most) return;
  data_.reset();
  capacity_ = begin_ = end_ = 0;
}

void Connection::give_time(std::chrono::seconds time, Deadlines::Clock::time_point last) {
  waiting_since_ = Deadlines::now();
  stream_.expires_at(std::min(waiting_since_ + time, last));
}

Task<Outcome<void>> Connection::fill(std::size_t room) {
  const auto got = co_await stream_.read_some(input_.prepare(room));
  if (!got) co_return std::unexpected(got.error());
  input_.commit(*got);
  co_return Outcome<void>{};
}

Task<Outcome<void>> Connection::fill_exactly(std::size_t most) {
  const auto got = co_await stream_.read_some(input_.prepare(most).first(most));
  if (!got) co_return std::unexpected(got.error());
  input_.commit(*got);
  co_return Outcome<void>{};
}

// A reply is small; whatever was larger is not kept for a session that may idle for minutes.
Outcome<void> Connection::written(Outcome<void> done) {
  if (!done) cut_ = done.error();
  output_.clear();
  // One that is assigned would leave its memory with it.
  if (output_.capacity() > 1024) std::string().swap(output_);
  return done;
}

std::optional<Outcome<void>> Connection::flush_now() {
  if (cut_) return std::unexpected(*cut_);
  std::string_view rest = output_;
  std::string_view nothing;
  if (const auto done = stream_.write_now(rest, nothing)) return written(*done);
  output_.erase(0, output_.size() - rest.size());
  return std::nullopt;
}

Task<Outcome<void>> Connection::flush() {
  if (cut_) co_return std::unexpected(*cut_);
  co_return written(co_await stream_.write(output_));
}

}  // namespace backstop::net
