// Does the same thing again and again, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "os/log.h"

namespace backstop::service {

using Tell = std::function<void(os::LogLevel, const std::string&)>;

class Periodic {
 public:
  /// Calls `look` after each pause, until it is destroyed. If that throws, `tell` gets a warning that begins
  /// with `what`, and the next look tries again. What the two use must outlive this.
  Periodic(std::chrono::milliseconds pause, std::string what, std::function<void()> look, Tell tell);
  /// Waits for a look that runs.
  ~Periodic() = default;
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  void run(const std::stop_token& stop);
  void look_once();

  const std::chrono::milliseconds pause_;
  const std::string what_;
  const std::function<void()> look_;
  const Tell tell_;
  std::mutex mutex_;  ///< of `woken_`, which only a stop wakes
  std::condition_variable_any woken_;
  std::jthread thread_;  ///< last, so that all it uses exists before it starts
};

}  // namespace backstop::service
