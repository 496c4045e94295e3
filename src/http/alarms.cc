#include "http/alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <vector>

#include "base/day.h"
#include "http/live_counts.h"
#include "intake/event_of.h"

namespace backstop::http {
namespace {

boost::json::object alarm(std::string_view kind, std::string_view text, std::string_view since) {
  return {{"kind", kind}, {"text", text}, {"since", since}};
}

}  // namespace

void Alarms::add(const store::Event& event) {
  if (event.is_surge()) {
    const std::scoped_lock lock(mutex_);
    const auto whose = intake::whose_surge(event);
    if (event.cause == store::kSurgeOver) {
      surges_.erase(whose);
    } else if (surges_.size() < kMost || surges_.contains(whose)) {
      surges_.insert_or_assign(whose, Surge{event.time, event.explanation});
    }
    return;
  }
  if (event.direction != store::Direction::Outbound) return;
  Sums sums;
  sums.add(event);
  if (sums.emitted == 0) return;
  const std::scoped_lock lock(mutex_);
  if (event.time - last_emitted_ > kEmittedLife) {
    emitted_ = 0;
    first_emitted_ = event.time;
  }
  ++emitted_;
  last_emitted_ = std::max(last_emitted_, event.time);
}

boost::json::array Alarms::json(bool is_known) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::pair<Time, boost::json::object>> all;
  for (const auto& [whose, surge] : surges_) {
    const auto since = base::format_time(surge.since);
    auto one =
        alarm("surge",
              is_known ? std::string_view(surge.words)
                       : "many responses to mail that was never written come for one mailbox or domain",
              since);
    if (is_known) one["whose"] = whose;
    all.emplace_back(surge.since, std::move(one));
  }
  if (emitted_ > 0 && std::chrono::system_clock::now() - last_emitted_ < kEmittedLife) {
    all.emplace_back(first_emitted_, alarm("emitted",
                                           fmt::format("{} response{} left for people who did not write",
                                                       emitted_, emitted_ == 1 ? "" : "s"),
                                           base::format_time(first_emitted_)));
  }
  std::ranges::sort(all, std::ranges::greater{}, &std::pair<Time, boost::json::object>::first);
  boost::json::array list;
  for (auto& [time, one] : all) list.push_back(std::move(one));
  return list;
}

}  // namespace backstop::http
