// The tasks that run on a worker's loop for as long as the worker does: its tickers, its listeners. An
// exception ends none of them for good: it is reported, and the task that it ended begins anew.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gateway/watch.h"
#include "net/task.h"

namespace backstop::gateway {

/// Not thread-safe. The loop and the watch must outlive it.
class Upkeep {
 public:
  using Begin = std::function<net::Task<void>()>;

  Upkeep(net::asio::io_context& loop, Watch& watch);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// Begins a task, and begins it again after a pause until it returns: if it throws, or if its coroutine is
  /// destroyed because there was no memory for an operation of Asio. `begin` lives as long as the task does.
  void add(Watch::Part part, Begin begin);
  /// Runs the loop until end(), even if something is thrown on it.
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
  // Shared with suspended coroutines, which are destroyed with the loop, later than this object.
  std::shared_ptr<Loop> loop_;
  std::vector<std::shared_ptr<Task>> tasks_;
};

}  // namespace backstop::gateway
