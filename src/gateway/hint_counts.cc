#include "gateway/hint_counts.h"

namespace backstop::gateway {

bool HintCounts::take(const std::string& owner, std::chrono::sys_days day) {
  const std::scoped_lock lock(mutex_);
  if (day > day_) {
    taken_.clear();
    day_ = day;
  }
  auto found = taken_.find(owner);
  if (found == taken_.end()) {
    if (taken_.size() >= kMostOwners) return true;
    found = taken_.emplace(owner, 0).first;
  }
  if (found->second >= kMostOfOwner) return false;
  ++found->second;
  return true;
}

}  // namespace backstop::gateway
