#include "gateway/hop_directory.h"

namespace backstop::gateway {

void HopDirectory::learn(const NextHop& hop, const smtp::Extensions& extensions) {
  const std::scoped_lock lock(mutex_);
  known_.insert_or_assign(hop.url, extensions);
  missed_.erase(hop.url);
}

void HopDirectory::miss(const NextHop& hop, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  missed_.insert_or_assign(hop.url, now);
}

bool HopDirectory::may_ask(const NextHop& hop, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = missed_.find(hop.url);
  if (found == missed_.end()) return true;
  if (now - found->second < kPause) return false;
  found->second = now;
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
