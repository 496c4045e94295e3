#include "report/surge.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace backstop::report {

namespace {

constexpr double kDeviations = 3;
constexpr double kScaleOfMad = 1.4826;  // of a normal distribution: 1 / its third quartile

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

Usual usual(std::vector<std::uint64_t> numbers) {
  std::vector<double> values(numbers.begin(), numbers.end());
  const double median = median_of(values);
  for (double& value : values) value = std::abs(value - median);
  return {median, median + kDeviations * kScaleOfMad * median_of(std::move(values))};
}

std::vector<std::size_t> find_surges(std::span<const std::uint64_t> numbers) {
  std::vector<std::size_t> surges;
  if (numbers.size() < kFewestDays) return surges;
  const double limit = usual({numbers.begin(), numbers.end()}).limit;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= kSmallestSurge && static_cast<double>(numbers[i]) > limit) surges.push_back(i);
  }
  return surges;
}

}  // namespace backstop::report
