#include "store/use_counts.h"

#include <algorithm>
#include <iterator>

namespace backstop::store {

std::optional<UsePlace> UseCounts::take(std::span<const LedgerKey> names, std::uint32_t limit, Time until,
                                        Time now) {
  const std::lock_guard lock(mutex_);
  end_holds(now);
  auto found = find(names, now);
  if (found == counters_.end()) {
    if (limit == 0) return std::nullopt;
    if (counters_.size() >= kMost) sweep_locked(now);
    if (counters_.size() >= kMost) return UsePlace{names.front(), 0};
    found = counters_.emplace(names.front(), Counter{.until = until}).first;
  }
  Counter& counter = found->second;
  if (counter.kept + counter.held >= limit) return std::nullopt;
  ++counter.held;
  const std::uint64_t ticket = ++last_ticket_;
  held_.emplace(ticket, found->first);
  deadlines_.push_back({now + kHold, ticket});
  return UsePlace{found->first, ticket};
}

void UseCounts::give_back(const UsePlace& place, Time now) {
  const std::lock_guard lock(mutex_);
  release(place.ticket);
  end_holds(now);
}

std::optional<UseCounts::Time> UseCounts::keep(const UsePlace& place, Time now) {
  const std::lock_guard lock(mutex_);
  release(place.ticket);
  const auto found = counters_.find(place.counter);
  if (place.ticket == 0 || found == counters_.end() || found->second.until <= now) return std::nullopt;
  ++found->second.kept;
  return found->second.until;
}

void UseCounts::restore(const LedgerKey& name, std::uint32_t kept, Time until) {
  const std::lock_guard lock(mutex_);
  if (counters_.size() >= kMost) return;
  Counter& counter = counters_[name];
  counter.kept += kept;
  counter.until = std::max(counter.until, until);
}

void UseCounts::forget(const OwnerRange& owner) {
  const std::lock_guard lock(mutex_);
  std::erase_if(counters_, [&](const auto& entry) { return owner.holds(entry.first); });
}

void UseCounts::sweep(Time now) {
  const std::lock_guard lock(mutex_);
  end_holds(now);
  sweep_locked(now);
}

UseCounts::Counters::iterator UseCounts::find(std::span<const LedgerKey> names, Time now) {
  for (const LedgerKey& name : names) {
    const auto found = counters_.find(name);
    if (found == counters_.end()) continue;
    if (found->second.until > now) return found;
    counters_.erase(found);
  }
  return counters_.end();
}

void UseCounts::end_holds(Time now) {
  for (; !deadlines_.empty() && deadlines_.front().deadline <= now; deadlines_.pop_front()) {
    release(deadlines_.front().ticket);
  }
}

void UseCounts::release(std::uint64_t ticket) {
  const auto held = held_.find(ticket);
  if (held == held_.end()) return;
  const auto counter = counters_.find(held->second);
  // The counter may have been forgotten, and another may have begun under its name.
  if (counter != counters_.end() && counter->second.held > 0) --counter->second.held;
  held_.erase(held);
}

void UseCounts::sweep_locked(Time now) {
  std::erase_if(counters_, [&](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace backstop::store
