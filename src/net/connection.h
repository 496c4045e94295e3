// A stream with the bytes that wait on both sides of it: what was read and not yet looked at, and what is
// still to be written. A large buffer is given back once it is empty, so that an idle
// connection keeps at most 1 KiB in each direction.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/stream.h"

namespace backstop::net {

/// Bytes that were read: appended at the end, taken from the front. Views stay good until the next prepare().
class InputBuffer {
 public:
  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  bool is_empty() const { return begin_ == end_; }
  void consume(std::size_t size) { begin_ += size; }
  /// Room for at least `size` more bytes, and for all of a buffer of its present size that is free.
  std::span<char> prepare(std::size_t size);
  void commit(std::size_t size) { end_ += size; }
  /// Gives a large buffer back once it is empty.
  void shrink(std::size_t most);

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class Connection {
 public:
  Connection(Socket socket, Deadlines& deadlines) : stream_(std::move(socket), deadlines) {}

  Stream& stream() { return stream_; }
  std::string_view input() const { return input_.view(); }
  void consume(std::size_t size) { input_.consume(size); }
  InputBuffer& buffer() { return input_; }

  /// Reads what is there, at least one byte, into room for `room` or more.
  Task<Outcome<void>> fill(std::size_t room);
  /// The same, but no more than `most` bytes.
  Task<Outcome<void>> fill_exactly(std::size_t most);

  /// The next wait for the peer may take `time`, and no longer than until `last`.
  void give_time(std::chrono::seconds time,
                 Deadlines::Clock::time_point last = Deadlines::Clock::time_point::max());
  /// The wait in progress ends `time` after it began, if it has not ended before.
  void hurry(std::chrono::seconds time) { stream_.expires_by(waiting_since_ + time); }

  /// The next flush() writes what is in here. If one fails, a part may have left already: nothing more is
  /// written then, since it would be read as the rest of that part, and each later flush() fails, too.
  std::string& output() { return output_; }
  Task<Outcome<void>> flush();
  /// Writes what the socket takes without waiting, which is enough for nearly every reply and saves a
  /// coroutine. Returns nullopt if bytes are left; call flush() for them.
  std::optional<Outcome<void>> flush_now();

 private:
  Outcome<void> written(Outcome<void> done);

  Stream stream_;
  InputBuffer input_;
  std::string output_;
  std::optional<Failure> cut_;  ///< of the flush() that failed
  Deadlines::Clock::time_point waiting_since_{};
};

}  // namespace backstop::net
