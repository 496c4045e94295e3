#include "net/look_ups.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "net/deadlines.h"

namespace backstop::net {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

struct Waiting
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Waiting(const Executor& loop) : answered(loop) {}
  Timer answered;  ///< ends at the end of the time, or when there is an answer
};

LookUps::Found resolve(const std::string& host) try {
  asio::io_context here;
  error_code error;
  const auto results = tcp::resolver(here).resolve(host, "", tcp::resolver::flags(), error);
  if (error) return std::unexpected(error);
  std::vector<asio::ip::address> addresses;
  for (const auto& result : results) addresses.push_back(result.endpoint().address());
  return addresses;
} catch (...) {
  return std::unexpected(error_code(asio::error::no_memory));
}

}  // namespace

/// Shared by the thread and all coroutines that wait for it.
struct LookUps::Running {
  Running(std::string name, const Executor& executor) : host(std::move(name)), loop(executor) {}

  bool is_over() {
    const std::scoped_lock lock(mutex);
    return found.has_value();
  }
  // The loop still exists whenever this is called: LookUps gives an answer itself before it is destroyed.
  void wake() {
    for (auto& one : waiting) one.answered.cancel();
  }

  const std::string host;
  const Executor loop;
  std::mutex mutex;
  std::optional<Found> found;  ///< the first answer counts
  // Used on the loop only.
  boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>> waiting;
};

void LookUps::ask(const std::shared_ptr<Running>& running) try {
  auto found = resolve(running->host);
  const std::scoped_lock lock(running->mutex);
  if (running->found) return;
  running->found = std::move(found);
  asio::post(running->loop, [running] { running->wake(); });
} catch (...) {
  // No memory to tell. Those who wait time out; those who come later ask again.
}

LookUps::Started LookUps::start(std::string host, const Executor& loop) {
  if (is_stopped_) return std::unexpected(error_code(asio::error::operation_aborted));
  std::erase_if(running_, [](const auto& one) { return one->is_over(); });
  const auto same = std::ranges::find(running_, host, [](const auto& one) { return one->host; });
  if (same != running_.end()) return *same;
  if (running_.size() >= kMost) return std::unexpected(error_code(asio::error::try_again));
  auto running = std::make_shared<Running>(std::move(host), loop);
  running_.reserve(running_.size() + 1);
  try {
    std::thread([running] { ask(running); }).detach();
  } catch (const std::system_error&) {
    return std::unexpected(error_code(asio::error::try_again));
  }
  running_.push_back(running);
  return running;
}

Task<LookUps::Found> LookUps::look_up(std::string host, Clock::time_point end) {
  if (end <= Clock::now()) co_return std::unexpected(error_code(asio::error::timed_out));
  const Executor loop = co_await asio::this_coro::executor;
  const auto running = start(std::move(host), loop);
  if (!running) co_return std::unexpected(running.error());
  if (!(*running)->is_over()) {
    Waiting waiting(loop);
    (*running)->waiting.push_back(waiting);
    waiting.answered.expires_at(end);
    co_await waiting.answered.async_wait(kUseTask);
  }
  const std::scoped_lock lock((*running)->mutex);
  if (!(*running)->found) co_return std::unexpected(error_code(asio::error::timed_out));
  co_return *(*running)->found;
}

void LookUps::stop() {
  is_stopped_ = true;
  for (const auto& one : running_) {
    {
      const std::scoped_lock lock(one->mutex);
      if (!one->found) one->found = std::unexpected(error_code(asio::error::operation_aborted));
    }
    one->wake();
  }
  running_.clear();
}

}  // namespace backstop::net
