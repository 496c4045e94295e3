// The deadlines of a worker's streams: one ticker for all of them, so that a deadline costs a store and no
// timer, and a slow or silent peer costs neither a thread nor a timer of its own.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>

#include "net/task.h"

namespace backstop::net {

class Stream;

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// What the ticker knows of a stream.
struct TimedWaits
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  std::uint8_t count = 0;  ///< of the waits in progress; a deadline means nothing to a stream that has none
};

/// Not thread-safe: one a worker. Streams register themselves. A deadline is met at most one tick late.
class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTick{250};

  explicit Deadlines(asio::io_context& loop);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Ticks until stop(); spawned once by the worker.
  Task<void> run();
  /// Closes every stream, and within a tick each one that is opened later: all that waits for one ends.
  void close_all();
  /// Deadlines are met no more.
  void stop();

  /// A few milliseconds behind at most, and cheaper than Clock::now().
  static Clock::time_point now();

 private:
  friend class Stream;
  void tick();

  Timer timer_;
  boost::intrusive::list<TimedWaits, boost::intrusive::constant_time_size<false>> streams_;
  bool is_closed_ = false;
  bool is_stopped_ = false;
};

}  // namespace backstop::net
