// Runs blocking work (the disk) off the loops, on a few threads for the whole process.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <type_traits>
#include <utility>

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

}  // namespace backstop::net
