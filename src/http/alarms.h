// What somebody should look at now: floods of forged responses, and backscatter that left. Thread-safe.
#pragma once

#include <boost/json/array.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "store/event.h"

namespace backstop::http {

class Alarms {
 public:
  static constexpr std::size_t kMost = 1000;
  /// How long a response that left although nobody had asked for it stays an alarm.
  static constexpr std::chrono::hours kEmittedLife{24};

  void add(const store::Event& event);
  /// Newest first. Without `is_known` nothing tells whose mailbox it is.
  boost::json::array json(bool is_known);

 private:
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;

  struct Surge {
    Time since;
    std::string words;
  };

  std::mutex mutex_;
  std::map<std::string, Surge, std::less<>> surges_;  ///< by mailbox or domain
  std::uint64_t emitted_ = 0;
  Time first_emitted_{};
  Time last_emitted_{};
};

}  // namespace backstop::http
