// Looks up the addresses of names with the system's resolver, which can't be stopped and may take long. Each
// look-up has a thread of its own, so that a name that hangs delays no other, and nobody waits for it at the
// end.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "net/task.h"

namespace backstop::net {

/// Belongs to one worker; not thread-safe. The loop must outlive it.
class LookUps {
 public:
  using Clock = std::chrono::steady_clock;
  using Found = std::expected<std::vector<asio::ip::address>, boost::system::error_code>;
  /// The most threads at one time. All who ask for one name share its thread.
  static constexpr std::size_t kMost = 32;

  LookUps() = default;
  ~LookUps() { stop(); }
  LookUps(const LookUps&) = delete;
  LookUps& operator=(const LookUps&) = delete;

  /// Fails with `timed_out` at `end`, `try_again` if there are too many, `operation_aborted` after stop().
  Task<Found> look_up(std::string host, Clock::time_point end);
  /// Ends every wait, and each later one at once.
  void stop();

 private:
  struct Running;
  using Started = std::expected<std::shared_ptr<Running>, boost::system::error_code>;

  static void ask(const std::shared_ptr<Running>& running);
  Started start(std::string host, const Executor& loop);

  std::vector<std::shared_ptr<Running>> running_;
  bool is_stopped_ = false;
};

}  // namespace backstop::net
