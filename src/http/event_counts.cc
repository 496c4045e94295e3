#include "http/event_counts.h"

#include <algorithm>

#include "http/live_counts.h"

namespace backstop::http {

void TimeCounts::add(std::chrono::milliseconds took) {
  const auto* const bound = std::ranges::lower_bound(kBounds, took.count());
  ++counts[static_cast<std::size_t>(bound - kBounds.begin())];
  sum += took;
}

void EventCounts::add(const store::Event& event) {
  const std::scoped_lock lock(mutex_);
  if (event.cause == store::kSurge) ++all_.surges;
  if (!event.done || !event.direction) return;
  EventLabels labels{.direction = std::string(store::name(*event.direction)),
                     .kind = event.kind,
                     .origin = event.origin,
                     .cause = event.cause,
                     .done = std::string(store::name(*event.done))};
  if (all_.events.size() >= kMost && !all_.events.contains(labels)) labels.cause = "other";
  ++all_.events[std::move(labels)];
  all_.took.add(event.took);
  all_.contradictions += event.contradiction ? 1 : 0;
  Sums sums;
  sums.add(event);
  all_.emitted += sums.emitted;
  if (*event.direction != store::Direction::Inbound) return;
  for (const auto& one : event.evidence) {
    if (one.finding == "proves") ++all_.proofs[one.name];
  }
}

EventCounts::All EventCounts::all() const {
  const std::scoped_lock lock(mutex_);
  return all_;
}

}  // namespace backstop::http
