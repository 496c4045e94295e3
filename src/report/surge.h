// Days on which far more came than usual.
//
// The rule: a day's number is a surge when it is above median + 3 x 1.4826 x MAD, and at least
// kSmallestSurge. MAD is the median of the distances from the median; times 1.4826 it stands for the standard
// deviation of ordinary days and, unlike that, isn't moved by the surge itself. Fewer than kFewestDays days
// say nothing about what is usual.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace backstop::report {

inline constexpr std::uint64_t kSmallestSurge = 20;
inline constexpr std::size_t kFewestDays = 7;

struct Usual {
  double median = 0;
  double limit = 0;  ///< a number above it, and no smaller than kSmallestSurge, is a surge
};

/// Of the numbers of some days, in any order.
Usual usual(std::vector<std::uint64_t> numbers);

/// The indices of the surges.
std::vector<std::size_t> find_surges(std::span<const std::uint64_t> numbers);

}  // namespace backstop::report
