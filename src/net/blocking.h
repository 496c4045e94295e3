// Runs blocking work (the disk) off the loops, on a few threads for the whole process.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "net/deadlines.h"
#include "net/task.h"

namespace backstop::net {

namespace detail {

template <typename Value>
struct DoneWith {
  using Signature = void(Value);
};
template <>
struct DoneWith<void> {
  using Signature = void();
};

// All that the work holds is destroyed when it returns, before the coroutine goes on.
template <typename Work>
std::invoke_result_t<Work> run_once(Work work) {
  return work();
}

/// Work that a coroutine waits for, but not for ever: whoever comes first, its end or the end of the wait,
/// decides. Shared by the coroutine and the pool.
template <typename Work, typename Undo>
class LimitedWork {
 public:
  using Value = std::invoke_result_t<Work>;

  LimitedWork(const Executor& loop, std::chrono::milliseconds limit, Work work, Undo undo)
      : timer(loop, limit), work_(std::move(work)), undo_(std::move(undo)) {}

  /// On the pool.
  void run() {
    std::optional<Work> work;
    {
      const std::lock_guard lock(mutex_);
      if (!work_) return;
      work.emplace(std::move(*work_));
      work_.reset();
    }
    auto value = run_once(std::move(*work));
    const std::lock_guard lock(mutex_);
    if (is_given_up_) {
      undo_(std::move(value));
    } else {
      value_.emplace(std::move(value));
    }
  }

  /// Ends the wait. Work that has not begun is destroyed here.
  std::optional<Value> end() {
    const std::lock_guard lock(mutex_);
    is_given_up_ = true;
    work_.reset();
    return std::move(value_);
  }

  Timer timer;  ///< of the loop's thread

 private:
  std::mutex mutex_;
  std::optional<Work> work_;  ///< until it begins
  Undo undo_;
  std::optional<Value> value_;
  bool is_given_up_ = false;
};

}  // namespace detail

/// Runs `work` on the pool and gives its result to the awaiting coroutine, on its own loop, which stays alive
/// meanwhile. `work` must not throw. Join the pool before the loop is destroyed.
template <typename Work>
Task<std::invoke_result_t<Work>> run_blocking(asio::thread_pool& pool, Work work) {
  using Value = std::invoke_result_t<Work>;
  using Token = const asio::use_awaitable_t<Executor>;
  const Executor loop = co_await asio::this_coro::executor;
  const auto start = [&pool, &loop](auto done, Work job) {
    const auto tracked = asio::prefer(loop, asio::execution::outstanding_work.tracked);
    asio::post(pool, [tracked, done = std::move(done), job = std::move(job)]() mutable {
      if constexpr (std::is_void_v<Value>) {
        detail::run_once(std::move(job));
        asio::post(tracked, std::move(done));
      } else {
        asio::post(tracked, [done = std::move(done), value = detail::run_once(std::move(job))]() mutable {
          done(std::move(value));
        });
      }
    });
  };
  co_return co_await asio::async_initiate<Token, typename detail::DoneWith<Value>::Signature>(
      start, Token{}, std::move(work));
}

/// Does the same, but waits no longer than `limit`; then it returns nullopt. Work that has not begun by then
/// never begins. Work that has begun goes on, and its result goes to `undo`, on the pool.
template <typename Work, typename Undo>
Task<std::optional<std::invoke_result_t<Work>>> run_blocking_within(asio::thread_pool& pool,
                                                                    std::chrono::milliseconds limit,
                                                                    Work work, Undo undo) {
  const Executor loop = co_await asio::this_coro::executor;
  const auto limited =
      std::make_shared<detail::LimitedWork<Work, Undo>>(loop, limit, std::move(work), std::move(undo));
  asio::post(pool, [loop, limited = limited]() mutable {
    limited->run();
    // Moved, since the timer must be destroyed on the loop's thread.
    asio::post(loop, [limited = std::move(limited)] { limited->timer.cancel(); });
  });
  co_await limited->timer.async_wait(kUseTask);
  co_return limited->end();
}

}  // namespace backstop::net
