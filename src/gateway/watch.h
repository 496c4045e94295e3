// Tells the operator about the gateway itself, beside the events: that it is full, and errors of our own.
// Each is told once a minute at most, with how often it happened. One for the process; thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>

#include "base/tally.h"
#include "intake/journal.h"

namespace backstop::gateway {

class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Watch(intake::Journal& events) : events_(events) {}

  /// A client was turned away because the limit of all sessions is reached.
  void is_full(std::size_t limit, Clock::time_point now = Clock::now());
  /// What an exception has ended: a session, or a task of a worker, which begins anew.
  enum class Part : std::uint8_t { Session, Accepting, Deadlines, House, NextHops, Quarantine, Loop };
  static constexpr std::size_t kPartCount = 7;
  /// Reports an exception; to be called in its handler. If memory is short, says nothing rather than throw.
  void threw(Part part, const std::exception_ptr& error, Clock::time_point now = Clock::now()) noexcept;

 private:
  intake::Journal& events_;
  std::mutex mutex_;
  base::Tally full_;
  std::array<base::Tally, kPartCount> thrown_;  ///< by Part
};

}  // namespace backstop::gateway
