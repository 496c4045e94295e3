#include "store/use_counts.h"

#include <algorithm>

namespace backstop::store {

std::optional<UsePlace> UseCounts::take(std::span<const LedgerKey> names, std::uint32_t limit, Time until,
                                        Time now) {
  const std::lock_guard lock(mutex_);
  if (limit == 0) return std::nullopt;
  const auto found = find(names, now);
  if (found == counters_.end() && counters_.size() >= kMost) {
    sweep_locked(now);
    if (counters_.size() >= kMost) return UsePlace{};
  }
  const LedgerKey name = found == counters_.end() ? names.front() : found->first;
  Counter& counter = counter_of(name, until);
  if (counter.kept + counter.held >= limit) return std::nullopt;
  ++counter.held;
  return UsePlace{name, counter.life};
}

void UseCounts::give_back(const UsePlace& place) {
  const std::lock_guard lock(mutex_);
  release(place);
}

std::optional<UseCounts::Time> UseCounts::keep(const UsePlace& place, Time now) {
  const std::lock_guard lock(mutex_);
  Counter* const counter = release(place);
  if (counter == nullptr || counter->until <= now) return std::nullopt;
  ++counter->kept;
  return counter->until;
}

void UseCounts::restore(const LedgerKey& name, std::uint32_t kept, Time until) {
  const std::lock_guard lock(mutex_);
  if (counters_.size() >= kMost) return;
  Counter& counter = counter_of(name, until);
  counter.kept += kept;
  counter.until = std::max(counter.until, until);
}

void UseCounts::forget(const OwnerRange& owner) {
  const std::lock_guard lock(mutex_);
  std::erase_if(counters_, [&](const auto& entry) { return owner.holds(entry.first); });
}

void UseCounts::sweep(Time now) {
  const std::lock_guard lock(mutex_);
  sweep_locked(now);
}

std::size_t UseCounts::size() {
  const std::lock_guard lock(mutex_);
  return counters_.size();
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

// A new one lives until `until`.
UseCounts::Counter& UseCounts::counter_of(const LedgerKey& name, Time until) {
  const auto [found, is_new] = counters_.try_emplace(name);
  if (is_new) found->second = {.until = until, .life = ++last_life_};
  return found->second;
}

// Null if nothing was counted, or the counter was forgotten.
UseCounts::Counter* UseCounts::release(const UsePlace& place) {
  const auto found = counters_.find(place.counter);
  if (place.life == 0 || found == counters_.end() || found->second.life != place.life) return nullptr;
  --found->second.held;
  return &found->second;
}

void UseCounts::sweep_locked(Time now) {
  std::erase_if(counters_, [&](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace backstop::store
