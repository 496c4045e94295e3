#include "intake/missing_domains.h"

namespace backstop::intake {

void MissingDomains::erase(std::map<std::string, Noted::iterator>::iterator place) {
  noted_.erase(place->second);
  places_.erase(place);
}

bool MissingDomains::is_missing_still(const std::string& domain, Time now) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(domain); found != places_.end()) {
    const auto age = now - found->second->second;
    if (age <= kMost) return age >= kLeast;
    erase(found);
  }
  if (places_.size() >= kMostDomains) erase(places_.find(noted_.front().first));
  places_.emplace(domain, noted_.emplace(noted_.end(), domain, now));
  return false;
}

void MissingDomains::forget(const std::string& domain) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(domain); found != places_.end()) erase(found);
}

}  // namespace backstop::intake
