#include "intake/hint_counts.h"

#include <algorithm>
#include <utility>

namespace backstop::intake {

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

void HintCounts::give_back(const std::string& owner, std::chrono::sys_days day) {
  const std::scoped_lock lock(mutex_);
  const auto found = taken_.find(owner);
  if (day == day_ && found != taken_.end() && found->second > 0) --found->second;
}

HintPlaces::~HintPlaces() {
  for (const auto& owner : owners_) counts_->give_back(owner, day_);
}

HintPlaces::HintPlaces(HintPlaces&& other) noexcept
    : counts_(other.counts_), day_(other.day_), owners_(std::exchange(other.owners_, {})) {}

HintPlaces& HintPlaces::operator=(HintPlaces&& other) noexcept {
  std::swap(counts_, other.counts_);
  std::swap(day_, other.day_);
  owners_.swap(other.owners_);
  return *this;
}

bool HintPlaces::take(const std::string& owner) {
  if (counts_ == nullptr || std::ranges::find(owners_, owner) != owners_.end()) return true;
  if (!counts_->take(owner, day_)) return false;
  owners_.push_back(owner);
  return true;
}

}  // namespace backstop::intake
