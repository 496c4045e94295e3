#include "gateway/upkeep.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "net/deadlines.h"

namespace backstop::gateway {

namespace {

// The pause before a task begins again: it may fail again at once.
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

/// A task's coroutine holds this from before it is spawned, so that every way it can end is noticed here.
/// Beginning the task anew takes memory, so that is left to run(), which goes on when the loop has stopped.
class Upkeep::Running {
 public:
  Running(std::shared_ptr<Loop> loop, std::shared_ptr<Task> task)
      : loop_(std::move(loop)), task_(std::move(task)) {
    task_->is_running = true;
  }
  Running(Running&&) noexcept = default;
  Running& operator=(Running&&) = delete;
  ~Running() {
    if (task_ == nullptr) return;
    task_->is_running = false;
    if (!task_->is_done && !loop_->is_over) loop_->context.stop();
  }
  Task& task() const { return *task_; }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Task> task_;
};

Upkeep::Upkeep(net::asio::io_context& loop, Watch& watch)
    : watch_(watch), loop_(std::make_shared<Loop>(loop)) {}

Upkeep::~Upkeep() {
  loop_->is_over = true;
}

void Upkeep::add(Watch::Part part, Begin begin) {
  tasks_.push_back(std::make_shared<Task>(part, std::move(begin)));
  begin_what_stands_still();
}

void Upkeep::begin_what_stands_still() {
  std::erase_if(tasks_, [](const auto& task) { return task->is_done; });
  for (const auto& task : tasks_) {
    if (task->is_running) continue;
    net::asio::co_spawn(loop_->context, keep(Running(loop_, task), watch_), net::asio::detached);
  }
}

net::Task<void> Upkeep::keep(Running running, Watch& watch) {
  Task& task = running.task();
  try {
    if (task.has_failed) {
      net::Timer pause(co_await net::asio::this_coro::executor);
      pause.expires_after(kPause);
      co_await pause.async_wait(net::kUseTask);
    }
    task.has_failed = true;
    co_await task.begin();
    task.is_done = true;
  } catch (...) {
    watch.threw(task.part, std::current_exception());
  }
}

void Upkeep::run() {
  while (!loop_->is_over) {
    try {
      loop_->context.restart();
      begin_what_stands_still();
      loop_->context.run();
    } catch (...) {
      watch_.threw(Watch::Part::Loop, std::current_exception());
    }
  }
}

void Upkeep::end() {
  loop_->is_over = true;
  loop_->context.stop();
}

}  // namespace backstop::gateway
