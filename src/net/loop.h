// One event loop with what every user of it needs beside it: the deadlines of its streams, and the look-ups
// of names. A worker has one.
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

  /// Closes every stream, and within a tick each one that is opened later, and stops the look-ups: all that
  /// waits for either ends.
  void close_all() {
    look_ups_.stop();
    deadlines_.close_all();
  }

 private:
  // First, so that it is destroyed last: both others need it to be there.
  asio::io_context context_;
  Deadlines deadlines_;
  LookUps look_ups_;
};

}  // namespace backstop::net
