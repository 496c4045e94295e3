// Notices that DNS does not answer just now, so that mails need not wait for it one after the other. Of one
// worker; not thread-safe. The time is passed in.
#pragma once

#include <chrono>

namespace backstop::intake {

class DnsSilence {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr int kFew = 3;  ///< look-ups in a row
  static constexpr std::chrono::seconds kMemory{30};
  /// A look-up that failed sooner was answered, or never sent.
  static constexpr std::chrono::seconds kTimedOut{1};

  /// Tells of a look-up that was sent and is over.
  void note(bool has_answer, Clock::duration took, Clock::time_point now) {
    if (has_answer) {
      in_a_row_ = 0;
    } else if (took >= kTimedOut) {
      ++in_a_row_;
      last_ = now;
    }
  }

  /// True for kMemory after a look-up that timed out, if it was the third in a row or a later one.
  bool is_silent(Clock::time_point now) const { return in_a_row_ >= kFew && now - last_ < kMemory; }

 private:
  int in_a_row_ = 0;
  Clock::time_point last_{};
};

}  // namespace backstop::intake
