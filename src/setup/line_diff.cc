#include "setup/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/text.h"

namespace backstop::setup {

namespace {

constexpr std::size_t kContext = 3;  // lines around a difference
constexpr std::size_t kMostCells = 4'000'000;

using Lines = std::vector<std::string_view>;

struct Step {
  char mark = ' ';  ///< ' ', '-' or '+'
  std::string_view line;
  std::size_t old_line = 0;  ///< lines before this one
  std::size_t new_line = 0;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  std::string_view line;
  while (base::next_line(text, line)) lines.push_back(line);
  return lines;
}

/// The longest common part, by lines: a table of what is common behind each pair.
class Common {
 public:
  Common(const Lines& before, const Lines& after) : width_(after.size() + 1) {
    if ((before.size() + 1) * width_ > kMostCells) return;
    cells_.assign((before.size() + 1) * width_, 0);
    for (std::size_t i = before.size(); i-- > 0;) {
      for (std::size_t j = after.size(); j-- > 0;) {
        at(i, j) = before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }

  bool is_known() const { return !cells_.empty(); }
  std::uint32_t& at(std::size_t i, std::size_t j) { return cells_[i * width_ + j]; }

 private:
  std::size_t width_;
  std::vector<std::uint32_t> cells_;
};

std::vector<Step> steps_between(const Lines& before, const Lines& after) {
  std::vector<Step> steps;
  Common common(before, after);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    const bool has_both = i < before.size() && j < after.size();
    if (has_both && common.is_known() && before[i] == after[j]) {
      steps.push_back({' ', before[i], i, j});
      ++i;
      ++j;
    } else if (i < before.size() &&
               (!has_both || !common.is_known() || common.at(i + 1, j) >= common.at(i, j + 1))) {
      steps.push_back({'-', before[i], i, j});
      ++i;
    } else {
      steps.push_back({'+', after[j], i, j});
      ++j;
    }
  }
  return steps;
}

void add_hunk(const std::vector<Step>& steps, std::size_t first, std::size_t last, std::string& out) {
  std::size_t old_lines = 0;
  std::size_t new_lines = 0;
  std::string body;
  for (std::size_t at = first; at < last; ++at) {
    old_lines += steps[at].mark == '+' ? 0 : 1;
    new_lines += steps[at].mark == '-' ? 0 : 1;
    body += fmt::format("{}{}\n", steps[at].mark, base::printable(steps[at].line, 1000));
  }
  out += fmt::format("@@ -{},{} +{},{} @@\n{}", steps[first].old_line + (old_lines == 0 ? 0 : 1), old_lines,
                     steps[first].new_line + (new_lines == 0 ? 0 : 1), new_lines, body);
}

}  // namespace

std::string line_diff(std::string_view name, std::string_view before, std::string_view after) {
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(after);
  const auto steps = steps_between(old_lines, new_lines);
  std::string hunks;
  for (std::size_t at = 0; at < steps.size();) {
    if (steps[at].mark == ' ') {
      ++at;
      continue;
    }
    const std::size_t first = at < kContext ? 0 : at - kContext;
    std::size_t last = at;  // behind the last difference of the hunk
    for (std::size_t next = at; next < steps.size() && next <= last + 2 * kContext; ++next) {
      if (steps[next].mark != ' ') last = next + 1;
    }
    const std::size_t end = std::min(last + kContext, steps.size());
    add_hunk(steps, first, end, hunks);
    at = end;
  }
  if (hunks.empty()) return "";
  return fmt::format("--- {}\n+++ {}\n{}", name, name, hunks);
}

}  // namespace backstop::setup
