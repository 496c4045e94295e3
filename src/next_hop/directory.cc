#include "next_hop/directory.h"

#include <algorithm>

#include "base/share.h"

namespace backstop::next_hop {

void Directory::learn(const NextHop& hop, const smtp::Extensions& extensions) {
  const std::scoped_lock lock(mutex_);
  known_.insert_or_assign(hop.url, extensions);
  not_before_.erase(hop.url);
}

void Directory::miss(const NextHop& hop, Clock::time_point asked, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  not_before_.insert_or_assign(hop.url,
                               now + std::min<Clock::duration>(kPause, kPauseToWait * (now - asked)));
}

bool Directory::may_ask(const NextHop& hop, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = not_before_.find(hop.url);
  if (found == not_before_.end()) return true;
  if (now < found->second) return false;
  found->second = now + kPause;
  return true;
}

// Owners are added only under the lock, so use_count() is too high by at most the places that are given back
// meanwhile.
Directory::Place Directory::admit(const NextHop& hop, std::size_t most, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  auto& places = places_[hop.url];
  places.most = most;
  const auto taken = static_cast<std::size_t>(places.all.use_count() - 1);
  if (most == 0 || taken < most) return places.all;
  places.scarce_until = now + kScarce;
  return nullptr;
}

std::vector<std::string> Directory::nearly_full(Clock::time_point now) const {
  std::vector<std::string> urls;
  const std::scoped_lock lock(mutex_);
  for (const auto& [url, places] : places_) {
    const auto taken = static_cast<std::size_t>(places.all.use_count() - 1);
    const bool has_few = places.most != 0 && taken + base::share_of(places.most) > places.most;
    if (has_few || now < places.scarce_until) urls.push_back(url);
  }
  return urls;
}

std::size_t Directory::taken(const NextHop& hop) const {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(hop.url);
  return found == places_.end() ? 0 : static_cast<std::size_t>(found->second.all.use_count() - 1);
}

bool Directory::is_scarce(const NextHop& hop, Clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(hop.url);
  return found != places_.end() && now < found->second.scarce_until;
}

std::optional<smtp::Extensions> Directory::find(const NextHop& hop) const {
  if (hop.protocol == Protocol::Maildir) {
    smtp::Extensions all;
    all.eight_bit_mime = all.smtputf8 = all.size = true;
    return all;
  }
  const std::scoped_lock lock(mutex_);
  const auto found = known_.find(hop.url);
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

}  // namespace backstop::next_hop
