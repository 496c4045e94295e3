#include "policy/readiness.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/day.h"

namespace backstop::policy {
namespace {

using Rules = ReadyRules;

// What the rules ask on one day.
struct Window {
  std::size_t days = 0;  ///< on which mail left, since the last long silence
  std::chrono::sys_days first{};
  std::chrono::sys_days last{};
  std::uint64_t left = 0;     ///< on the last kShareDays of them
  std::uint64_t carried = 0;  ///< the same
  std::uint64_t genuine = 0;  ///< in kWindow
  std::uint64_t contradictions = 0;

  std::uint64_t most_contradictions() const { return std::max(Rules::kContradictions, genuine / 100); }
};

void count_mail(const DaySums& sums, Carried carried, Window& window) {
  if (sums.left == 0) return;
  if (window.days++ == 0) window.last = sums.day;
  window.first = sums.day;
  if (window.days > Rules::kShareDays) return;
  window.left += sums.left;
  window.carried += sums.carried[static_cast<std::size_t>(carried)];
}

// Looks back from `today`, the day of the newest sums or a later one.
Window window_of(std::span<const DaySums> days, Carried carried, std::chrono::sys_days today) {
  Window window;
  auto newer = today;  // the next day, looking back, on which mail left
  bool is_before_silence = false;
  for (auto i = days.rbegin(); i != days.rend(); ++i) {
    if (i->day > today - Rules::kWindow) {
      window.genuine += i->genuine;
      window.contradictions += i->contradictions;
    }
    if (i->left == 0) continue;
    is_before_silence = is_before_silence || newer - i->day > Rules::kSilence;
    if (is_before_silence) break;
    count_mail(*i, carried, window);
    newer = i->day;
  }
  return window;
}

Lacking lacking(const Window& window, std::chrono::sys_days today) {
  if (window.days == 0) return Lacking::Mail;
  if (window.days < Rules::kLeastDays) return Lacking::Days;
  if (today - window.first < Rules::kLeastAge) return Lacking::Age;
  if (window.carried * 100 < window.left * Rules::kLeastPercent) return Lacking::Share;
  return window.contradictions < window.most_contradictions() ? Lacking::Nothing : Lacking::Contradictions;
}

// A share is cut and not rounded, so that 98.99 % don't look like enough.
std::string share(const Window& window) {
  const auto tenths = window.carried * 1000 / window.left;
  return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

std::string_view what(Carried carried) {
  constexpr std::array<std::string_view, kCarriedNames.size()> kWhat = {
      "a watermark", "our DKIM signature", "a watermark or our DKIM signature", "a tag"};
  return kWhat[static_cast<std::size_t>(carried)];
}

std::string sentence(Lacking lacking, const Window& window, Carried carried) {
  switch (lacking) {
    case Lacking::Mail:
      return fmt::format("No mail has left within {} days.", Rules::kSilence.count());
    case Lacking::Days:
      return fmt::format("Mail has left on {} {}; {} are needed.", window.days,
                         window.days == 1 ? "day" : "days", Rules::kLeastDays);
    case Lacking::Age:
      return fmt::format("The first mail left on {}; {} days are needed.", base::format_day(window.first),
                         Rules::kLeastAge.count());
    case Lacking::Contradictions:
      return fmt::format("{} {} without a proof carried a valid signature of another mailbox of ours.",
                         window.contradictions, window.contradictions == 1 ? "bounce" : "bounces");
    case Lacking::Share:
    case Lacking::Nothing:
      break;
  }
  return fmt::format("Of {} {}, {} carried {}; {} % are needed.", window.left,
                     window.left == 1 ? "mail" : "mails", share(window), what(carried), Rules::kLeastPercent);
}

}  // namespace

Readiness readiness(std::span<const DaySums> days, Carried carried, std::chrono::sys_days today) {
  const Window now = window_of(days, carried, today);
  Readiness found{.lacking = lacking(now, today)};
  found.why = sentence(found.lacking, now, carried);
  if (found.lacking != Lacking::Nothing) return found;
  auto day = today;
  for (; today - day < Rules::kMemory; day -= std::chrono::days(1)) {
    while (!days.empty() && days.back().day > day) days = days.first(days.size() - 1);
    if (lacking(window_of(days, carried, day), day) != Lacking::Nothing) break;
    found.since = day;
  }
  return found;
}

}  // namespace backstop::policy
