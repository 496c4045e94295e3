// What runs on a worker's loop for as long as the worker does: its tickers, its listeners. None of them ends
// by an exception: that is told, and what it has ended begins anew.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gateway/watch.h"
#include "net/task.h"

namespace backstop::gateway {

/// Not thread-safe. The loop and the watch have to outlive it.
class Upkeep {
 public:
  using Begin = std::function<net::Task<void>()>;

  Upkeep(net::asio::io_context& loop, Watch& watch);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// Begins a task, and again after a pause should it throw, or should its coroutine be destroyed since there
  /// was no memory for an operation of Asio: until it returns. `begin` lives as long as the task does.
  void add(Watch::Part part, Begin begin);
  /// Runs the loop until end(), whatever is thrown on it.
  void run();
  void end();

 private:
  struct Task {
    Watch::Part part;
    Begin begin;
    bool is_running = false;
    bool is_done = false;
    bool has_failed = false;
  };
  struct Loop {
    net::asio::io_context& context;
    bool is_over = false;
  };
  class Running;

  void begin_what_stands_still();
  static net::Task<void> keep(Running running, Watch& watch);

  Watch& watch_;
  // Coroutines that are suspended are destroyed with the loop, later than this.
  std::shared_ptr<Loop> loop_;
  std::vector<std::shared_ptr<Task>> tasks_;
};

}  // namespace backstop::gateway
