// How often something happened since it was last told. What fails fails with every mail, so a line about one
// thing is told once a minute at most. Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace backstop::base {

class Tally {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Between two lines about one thing.
  static constexpr std::chrono::seconds kPause{60};

  /// Counts it once more. Returns true if the line is due now; then `more` is " (57 times in 60 s)", or empty
  /// for the first.
  bool counts(Time now, std::string& more);

 private:
  Time told_{};
  std::size_t untold_ = 0;
  bool is_told_ = false;
};

}  // namespace backstop::base
