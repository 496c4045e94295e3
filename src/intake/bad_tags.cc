#include "intake/bad_tags.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "net/endpoint.h"

namespace backstop::intake {

BadTags::BadTags(std::size_t most_remembered) : most_remembered_(std::max<std::size_t>(most_remembered, 1)) {}

// Those whose hour is over are in front.
void BadTags::forget(Time now) {
  while (!clients_.empty() && now >= clients_.front().end) {
    of_.erase(clients_.front().client);
    clients_.pop_front();
  }
}

void BadTags::add(const Address& address, std::string_view tag, Time now, std::size_t limit) {
  const Address client = net::client_key(address);
  const std::size_t hash = std::hash<std::string_view>()(tag);
  const std::scoped_lock lock(mutex_);
  forget(now);
  auto found = of_.find(client);
  if (found == of_.end()) {
    if (clients_.size() >= most_remembered_) {
      of_.erase(clients_.front().client);
      clients_.pop_front();
    }
    clients_.push_back({.client = client, .end = now + kWindow, .seen = {}});
    found = of_.emplace(client, std::prev(clients_.end())).first;
  }
  auto& [_, end, seen] = *found->second;
  if (seen.size() >= limit || std::ranges::find(seen, hash) != seen.end()) return;
  seen.push_back(hash);
  if (seen.size() < limit) return;
  end = now + kWindow;
  clients_.splice(clients_.end(), clients_, found->second);
}

bool BadTags::is_guesser(const Address& address, Time now, std::size_t limit) const {
  const Address client = net::client_key(address);
  const std::scoped_lock lock(mutex_);
  const auto found = of_.find(client);
  return found != of_.end() && now < found->second->end && found->second->seen.size() >= limit;
}

std::size_t BadTags::remembered() const {
  const std::scoped_lock lock(mutex_);
  return clients_.size();
}

}  // namespace backstop::intake
