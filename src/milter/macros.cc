#include "milter/macros.h"

#include <algorithm>
#include <ranges>

namespace backstop::milter {
namespace {

std::string_view without_braces(std::string_view name) {
  if (name.starts_with('{') && name.ends_with('}') && name.size() >= 2)
    return name.substr(1, name.size() - 2);
  return name;
}

// Takes a text with its NUL. A value that is cut off has none: it is taken as it is.
std::string_view take_text(std::string_view& data) {
  const std::string_view text = data.substr(0, data.find('\0'));
  data.remove_prefix(std::min(data.size(), text.size() + 1));
  return text;
}

}  // namespace

base::Result<void> Macros::take(std::string_view data) {
  if (data.empty()) return std::unexpected(base::Error{"a milter packet of macros without a step"});
  const auto step = kSteps.find(data[0]);
  data.remove_prefix(1);
  if (step == std::string_view::npos) return {};
  for (Values& values : steps_ | std::views::drop(step)) values.clear();
  std::size_t octets = data.size();
  if (octets > kMostOctets) {
    return std::unexpected(base::Error{"macros of " + std::to_string(octets) + " octets; the most is " +
                                       std::to_string(kMostOctets)});
  }
  while (!data.empty()) {
    if (steps_[step].size() == kMost) {
      return std::unexpected(base::Error{"more than " + std::to_string(kMost) + " macros for one step"});
    }
    const std::string_view name = without_braces(take_text(data));
    steps_[step].emplace_back(name, take_text(data));
  }
  return {};
}

std::string_view Macros::find(std::string_view name) const {
  for (const Values& values : steps_ | std::views::reverse) {
    const auto found = std::ranges::find(values, name, &Values::value_type::first);
    if (found != values.end()) return found->second;
  }
  return {};
}

void Macros::end_message() {
  for (Values& values : steps_ | std::views::drop(kFirstOfMessage)) values.clear();
}

}  // namespace backstop::milter
