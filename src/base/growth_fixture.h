// For tests: how much more work a larger input makes.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

namespace backstop::base {

/// Returns the CPU seconds that one call of \p work takes, of calls for some thousand ticks of the clock.
template <class Work>
double cpu_seconds(Work&& work) {
  const std::clock_t begin = std::clock();
  std::clock_t now = begin;
  int count = 0;
  for (; now - begin < CLOCKS_PER_SEC / 500; now = std::clock(), ++count) work();
  return static_cast<double>(now - begin) / CLOCKS_PER_SEC / count;
}

/// Returns how many times the CPU time of \p small it takes to do \p large. Other work of the machine can
/// only add to either time, so the least of each counts, and a result that is not linear is measured again:
/// one that is quadratic stays so.
template <class Small, class Large>
double growth(Small&& small, Large&& large) {
  double least_small = std::numeric_limits<double>::max();
  double least_large = std::numeric_limits<double>::max();
  for (int run = 0; run < 50 && (run < 5 || least_large > 20 * least_small); ++run) {
    least_small = std::min(least_small, cpu_seconds(small));
    least_large = std::min(least_large, cpu_seconds(large));
  }
  return least_large / least_small;
}

}  // namespace backstop::base
