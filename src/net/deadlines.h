// The deadlines of a worker's streams: one ticker for all of them, so that a deadline costs a store and no
// timer, and a slow or silent peer costs neither a thread nor a timer of its own.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>

#include "net/task.h"

namespace backstop::net {

class Stream;

/// Not thread-safe: one a worker. Streams register themselves. A deadline is met at most one tick late.
class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTick{250};

  explicit Deadlines(asio::io_context& loop);
  /// Ticks until stop(); spawned once by the worker.
  Task<void> run();
  void stop();

 private:
  friend class Stream;
  // The implementer's: an intrusive list of streams, the timer.
};

}  // namespace backstop::net
