#include "report/untagged_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.h"
#include "store/history.h"
#include "store/url.h"

namespace backstop::report {

namespace {

constexpr std::size_t kMostReasons = 5;
constexpr std::size_t kMostReason = 200;

/// "(unknown.example is no domain of ours)" of "none (unknown.example is no domain of ours)".
std::string_view reason_of(const store::Event& event) {
  std::string_view reason = event.tag;
  const std::size_t at = reason.find('(');
  return at == std::string_view::npos ? std::string_view("(no reason is known)") : reason.substr(at);
}

/// Counts each reason, the most frequent first.
std::vector<std::pair<std::string_view, std::size_t>> count_reasons(std::span<const store::Event> events) {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& event : events) ++counts[reason_of(event)];
  std::vector<std::pair<std::string_view, std::size_t>> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted, [](const auto& one, const auto& other) {
    return std::tie(other.second, one.first) < std::tie(one.second, other.first);
  });
  return sorted;
}

}  // namespace

std::string untagged_line(std::span<const store::Event> events) {
  if (events.empty()) return {};
  const auto reasons = count_reasons(events);
  std::string line = fmt::format("untagged: {}{} left without a tag in the last {} days:", events.size(),
                                 events.size() >= kMostUntagged ? " or more mails"
                                 : events.size() == 1           ? " mail"
                                                                : " mails",
                                 kUntaggedSpan.count());
  std::size_t others = events.size();
  for (const auto& [reason, count] : std::span(reasons).first(std::min(kMostReasons, reasons.size()))) {
    fmt::format_to(std::back_inserter(line), " {} {},", count, base::printable(reason, kMostReason));
    others -= count;
  }
  if (others > 0) return fmt::format("{} {} for other reasons", line, others);
  line.pop_back();
  return line;
}

std::string untagged_line(const std::string& history_url,
                          std::chrono::sys_time<std::chrono::milliseconds> now) {
  if (history_url.empty() || store::is_missing(history_url)) return {};
  const auto unread = [](const base::Error& error) {
    return fmt::format("untagged: not counted: {}", base::printable(error.message));
  };
  const auto history = store::open_history_for_reading(history_url);
  if (!history) return unread(history.error());
  const auto events = (*history)->query({.since = now - kUntaggedSpan,
                                         .done = store::Done::Delivered,
                                         .is_untagged = true,
                                         .most = kMostUntagged});
  if (!events) return unread(events.error());
  return untagged_line(*events);
}

}  // namespace backstop::report
