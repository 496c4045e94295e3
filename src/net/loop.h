// One event loop, with the deadlines of its streams and its look-ups of names. Each worker has one.
#pragma once

#include "net/deadlines.h"
#include "net/look_ups.h"
#include "net/task.h"

namespace backstop::net {

/// Not thread-safe; other threads may only post to its context.
class Loop {
 public:
  /// `concurrency_hint` is Asio's.
  explicit Loop(int concurrency_hint) : context_(concurrency_hint), deadlines_(context_) {}

  asio::io_context& context() { return context_; }
  Deadlines& deadlines() { return deadlines_; }
  LookUps& look_ups() { return look_ups_; }

  /// Stops the look-ups and closes every stream, which ends every wait. A stream that is opened later is
  /// closed within a tick (Deadlines::kTick).
  void close_all() {
    look_ups_.stop();
    deadlines_.close_all();
  }

 private:
  // The first member, so that it is destroyed last: the other two use it.
  asio::io_context context_;
  Deadlines deadlines_;
  LookUps look_ups_;
};

}  // namespace backstop::net
