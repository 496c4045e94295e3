#include "store/waiting_sums.h"

namespace backstop::store {

void WaitingSums::add(DaySums sums) {
  Rows::key_type pair{std::move(sums.domain), sums.day};
  const std::lock_guard lock(mutex_);
  auto at = waiting_.lower_bound(pair);
  if (at == waiting_.end() || at->first != pair) {
    const bool is_new = !writing_.contains(pair);
    if (is_new && writing_.size() + added_ >= kMostPairs) {
      ++counters_.lost;
      return;
    }
    added_ += is_new ? 1 : 0;
    at = waiting_.emplace_hint(at, std::move(pair), DayCounts());
  }
  at->second += sums.counts;
  ++counters_.recorded;
}

const WaitingSums::Rows& WaitingSums::begin_write() {
  const std::lock_guard lock(mutex_);
  if (writing_.empty()) {
    writing_.swap(waiting_);
    added_ = 0;
    in_write_ = counters_.recorded - counters_.written;
  }
  return writing_;
}

void WaitingSums::end_write(bool is_written) {
  if (!is_written) return;
  Rows written;  // its memory is given back outside of the lock
  const std::lock_guard lock(mutex_);
  written.swap(writing_);
  added_ = waiting_.size();
  counters_.written += in_write_;
  in_write_ = 0;
}

BatchCounters WaitingSums::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace backstop::store
