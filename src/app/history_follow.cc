#include "app/history_follow.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <ostream>
#include <ranges>
#include <string>

namespace backstop::app {

namespace {

constexpr int kPauseMilliseconds = 1000;
constexpr std::int64_t kMostAtOnce = 1000;

/// Waits for the pause; returns false if nobody reads standard output any more.
bool pause_while_read() {
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  const int done = ::poll(&output, 1, kPauseMilliseconds);
  return done <= 0 || (output.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

class Follower {
 public:
  Follower(store::HistoryReader& history, store::HistoryFilter filter,
           const std::function<void(const store::Event&)>& show)
      : history_(history), filter_(std::move(filter)), show_(show) {}

  /// Shows the events at the end of what is there already.
  base::Result<void> begin() {
    const auto newest = history_.newest();
    if (!newest) return std::unexpected(newest.error());
    last_ = *newest;
    if (auto shown = show_range({.after = 0, .up_to = last_}); !shown) return shown;
    filter_.most = static_cast<std::size_t>(kMostAtOnce);
    return note_last();
  }

  /// Shows what was recorded since.
  base::Result<void> go_on() {
    const auto newest = history_.newest();
    if (!newest) return std::unexpected(newest.error());
    const auto is_same = is_same_history(*newest);
    if (!is_same) return std::unexpected(is_same.error());
    if (!*is_same) last_ = 0;
    if (last_ == *newest) return {};
    while (last_ < *newest) {
      const std::int64_t up_to = std::min(*newest, last_ + kMostAtOnce);
      if (auto shown = show_range({.after = last_, .up_to = up_to}); !shown) return shown;
      last_ = up_to;
    }
    return note_last();
  }

 private:
  /// Returns the event of that number, or nullopt if it is not there any more.
  base::Result<std::optional<store::Event>> find(std::int64_t number) {
    auto found = history_.query({.recorded = store::RecordedRange{number - 1, number}, .most = 1});
    if (!found) return std::unexpected(found.error());
    if (found->empty()) return std::nullopt;
    return std::move(found->front());
  }

  base::Result<void> note_last() {
    auto found = find(last_);
    if (!found) return std::unexpected(found.error());
    at_last_ = std::move(*found);
    return {};
  }

  /// False if the history was deleted and a new one has begun: it has fewer events, or another one in the
  /// place of the last. What is there no more is only old.
  base::Result<bool> is_same_history(std::int64_t newest) {
    if (newest < last_) return false;
    auto found = find(last_);
    if (!found) return std::unexpected(found.error());
    return !*found || !at_last_ || *found == at_last_;
  }

  base::Result<void> show_range(store::RecordedRange range) {
    filter_.recorded = range;
    const auto events = history_.query(filter_);
    if (!events) return std::unexpected(events.error());
    for (const store::Event& event : std::views::reverse(*events)) show_(event);
    return {};
  }

  store::HistoryReader& history_;
  store::HistoryFilter filter_;
  const std::function<void(const store::Event&)>& show_;
  std::int64_t last_ = 0;                ///< the number of the last event that was looked at
  std::optional<store::Event> at_last_;  ///< the event of that number
};

}  // namespace

void follow_history(store::HistoryReader& history, store::HistoryFilter filter, CommandContext& context,
                    const std::function<void(const store::Event&)>& show) {
  Follower follower(history, std::move(filter), show);
  if (const auto begun = follower.begin(); !begun)
    return report_error(context, kExitInput, begun.error().message);
  bool is_told = false;
  // The last part of a write that fails is told by main().
  while (context.out.flush() && pause_while_read()) {
    const auto gone_on = follower.go_on();
    if (!gone_on && !is_told) context.err << "backstop: " << gone_on.error().message << std::endl;
    is_told = !gone_on;
  }
}

}  // namespace backstop::app
