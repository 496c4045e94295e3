// Shows how far a long read is, on one line of a terminal that is written over, and removed at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>

namespace backstop::report {

class ProgressBar {
 public:
  using Clock = std::chrono::steady_clock;

  /// Silent unless `is_terminal`. `total` is 0 if it is not known; then only the mails are counted.
  ProgressBar(std::ostream& out, bool is_terminal, std::uint64_t total)
      : out_(out), is_on_(is_terminal), total_(total) {}
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Both draw at most ten times a second.
  void advance(std::uint64_t bytes, Clock::time_point now);
  void count_mail(Clock::time_point now);

  /// Removes the line, so that something else can be written there.
  void clear();

 private:
  void draw(Clock::time_point now);

  std::ostream& out_;
  bool is_on_;
  bool is_drawn_ = false;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::uint64_t mails_ = 0;
  Clock::time_point last_{};
};

}  // namespace backstop::report
