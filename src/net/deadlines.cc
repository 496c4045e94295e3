#include "net/deadlines.h"

#include <ctime>

#include "net/stream.h"

namespace backstop::net {

Deadlines::Deadlines(asio::io_context& loop) : timer_(loop) {}

// A stream may outlive its ticker, since the loop is destroyed later; it must not reach into the list then.
Deadlines::~Deadlines() {
  streams_.clear();
}

Task<void> Deadlines::run() {
  while (!is_stopped_) {
    timer_.expires_after(kTick);
    co_await timer_.async_wait(kUseTask);
    tick();
  }
}

void Deadlines::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

// CLOCK_MONOTONIC_COARSE is the clock of steady_clock, as of the kernel's last tick. Reading it takes no
// system call, whatever the clock source.
Deadlines::Clock::time_point Deadlines::now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return Clock::time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

void Deadlines::close_all() {
  is_closed_ = true;
  for (auto& waits : streams_) static_cast<Stream&>(waits).close();
}

// Cancelling only posts the ends of the waits to the loop, so no stream leaves the list meanwhile.
void Deadlines::tick() {
  // A session whose connection was closed may open another one before it ends.
  if (is_closed_) return close_all();
  const auto time = now();
  for (auto& waits : streams_) {
    if (waits.count > 0 && waits.until <= time) static_cast<Stream&>(waits).expire();
  }
}

}  // namespace backstop::net
