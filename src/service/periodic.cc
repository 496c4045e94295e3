#include "service/periodic.h"

#include <exception>
#include <utility>

namespace backstop::service {

Periodic::Periodic(std::chrono::milliseconds pause, std::string what, std::function<void()> look, Tell tell)
    : pause_(pause), what_(std::move(what)), look_(std::move(look)), tell_(std::move(tell)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Periodic::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, stop, pause_, [&] { return stop.stop_requested(); })) look_once();
}

void Periodic::look_once() {
  try {
    look_();
  } catch (const std::exception& error) {
    tell_(os::LogLevel::Warning, what_ + ": " + error.what());
  }
}

}  // namespace backstop::service
