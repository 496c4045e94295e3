// The deadlines of a worker's streams. One ticker looks at all of them, so that setting a deadline only
// writes a number, and a slow or silent peer costs neither a thread nor a timer.
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

/// The part of a stream that the ticker looks at.
struct TimedWaits
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  std::uint8_t count = 0;  ///< waits in progress; without one the deadline has no effect
};

/// Not thread-safe; each worker has one. Streams register themselves. A wait ends at most one tick after its
/// deadline.
class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTick{250};

  explicit Deadlines(asio::io_context& loop);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Ticks until stop(); the worker spawns it once.
  Task<void> run();
  /// Closes every stream, and within a tick each one that is opened later, which ends every wait.
  void close_all();
  /// Ends run(): no deadline has an effect any more.
  void stop();

  /// The time of the kernel's last tick: a few milliseconds behind at most, and cheaper than Clock::now().
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
