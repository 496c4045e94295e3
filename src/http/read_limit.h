// How many mails a user may have read. The time is passed in. Thread-safe.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace backstop::http {

class ReadLimit {
 public:
  static constexpr std::size_t kMost = 10;
  static constexpr std::chrono::minutes kSpan{1};
  using Time = std::chrono::steady_clock::time_point;

  /// Counts one more mail of the user and returns zero; or returns how long to wait, and counts nothing.
  std::chrono::seconds wait(const std::string& user, Time now) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(times_, [&](const auto& one) { return now - one.second.back() >= kSpan; });
    auto& times = times_[user];
    while (!times.empty() && now - times.front() >= kSpan) times.pop_front();
    if (times.size() >= kMost) return std::chrono::ceil<std::chrono::seconds>(times.front() + kSpan - now);
    times.push_back(now);
    return {};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<Time>, std::less<>> times_;  ///< none of them is empty
};

}  // namespace backstop::http
