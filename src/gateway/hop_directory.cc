#include "gateway/hop_directory.h"

#include <algorithm>

namespace backstop::gateway {

void HopDirectory::learn(const NextHop& hop, const smtp::Extensions& extensions) {
  const std::scoped_lock lock(mutex_);
  known_.insert_or_assign(hop.url, extensions);
  not_before_.erase(hop.url);
}

void HopDirectory::miss(const NextHop& hop, Clock::time_point asked, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  not_before_.insert_or_assign(hop.url,
                               now + std::min<Clock::duration>(kPause, kPauseToWait * (now - asked)));
}

bool HopDirectory::may_ask(const NextHop& hop, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = not_before_.find(hop.url);
  if (found == not_before_.end()) return true;
  if (now < found->second) return false;
  found->second = now + kPause;
  return true;
}

std::optional<smtp::Extensions> HopDirectory::find(const NextHop& hop) const {
  if (hop.protocol == NextHopProtocol::Maildir) {
    smtp::Extensions all;
    all.eight_bit_mime = all.smtputf8 = all.size = true;
    return all;
  }
  const std::scoped_lock lock(mutex_);
  const auto found = known_.find(hop.url);
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

}  // namespace backstop::gateway
