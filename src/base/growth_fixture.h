// For tests: how much more work a larger input makes.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

namespace backstop::base {

/// Returns the CPU seconds of one call, as the mean of the calls of about two milliseconds.
template <class Work>
double cpu_seconds(const Work& work) {
  const std::clock_t begin = std::clock();
  std::clock_t now = begin;
  int count = 0;
  for (; now - begin < CLOCKS_PER_SEC / 500; now = std::clock(), ++count) work();
  return static_cast<double>(now - begin) / CLOCKS_PER_SEC / count;
}

inline constexpr double kSuspicious = 20;

/// Returns how many times the CPU time of `small` it takes to do `large`. Other work of the machine can only
/// add to a time, so the least of each counts, of five measurements. While the result is above kSuspicious it
/// is measured again, at most 50 times in all: if the work itself grows like that, the result stays.
template <class Small, class Large>
double growth(const Small& small, const Large& large) {
  double least_small = std::numeric_limits<double>::max();
  double least_large = std::numeric_limits<double>::max();
  for (int run = 0; run < 50 && (run < 5 || least_large > kSuspicious * least_small); ++run) {
    least_small = std::min(least_small, cpu_seconds(small));
    least_large = std::min(least_large, cpu_seconds(large));
  }
  return least_large / least_small;
}

}  // namespace backstop::base
