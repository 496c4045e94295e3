#include "config/nearest_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace backstop::config {

namespace {

constexpr std::size_t kMostLength = 64;

/// Returns how many letters must be inserted, removed, replaced or exchanged with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kMostLength + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool is_same = base::ascii_lower(a[i - 1]) == base::ascii_lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (is_same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names) {
  const auto nearest = nearest_names(text, names);
  return nearest.empty() ? std::string_view() : nearest.front();
}

std::vector<std::string_view> nearest_names(std::string_view text, std::span<const std::string_view> names) {
  if (text.size() > kMostLength) return {};
  std::vector<std::string_view> best;
  std::size_t best_distance = kMostLength;
  for (const std::string_view name : names) {
    if (name.size() > kMostLength) continue;
    const std::size_t found = distance(text, name);
    if (found > std::max<std::size_t>(1, name.size() / 3) || found > best_distance) continue;
    if (found < best_distance) best.clear();
    best.push_back(name);
    best_distance = found;
  }
  return best;
}

}  // namespace backstop::config
