#include "gateway/client_counts.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "net/endpoint.h"

namespace backstop::gateway {

ClientCounts::ClientCounts(std::size_t most_remembered)
    : most_remembered_(std::max<std::size_t>(most_remembered, 1)) {}

next_hop::ClientCount ClientCounts::Ticket::next_hop_count() const {
  if (client_ == nullptr) return nullptr;
  return {client_, &client_->next_hop_sessions};
}

next_hop::ClientCount ClientCounts::Ticket::question_count() const {
  if (client_ == nullptr) return nullptr;
  return {client_, &client_->questions};
}

ClientCounts::Ticket::Ticket(Ticket&& other) noexcept
    : counts_(std::exchange(other.counts_, nullptr)),
      address_(other.address_),
      client_(std::move(other.client_)) {}

// Takes the old session off the count now, not when `other` is gone.
ClientCounts::Ticket& ClientCounts::Ticket::operator=(Ticket&& other) noexcept {
  Ticket taken(std::move(other));
  std::swap(counts_, taken.counts_);
  std::swap(address_, taken.address_);
  std::swap(client_, taken.client_);
  return *this;
}

ClientCounts::Ticket::~Ticket() {
  if (counts_ != nullptr) counts_->close(address_);
}

std::shared_ptr<ClientCounts::Client> ClientCounts::add(const Address& address, const Limits& limits) {
  const auto found = clients_.find(address);
  const std::size_t count = found == clients_.end() ? 0 : found->second->sessions;
  if (count >= limits.sessions_per_client) return nullptr;
  auto client = found == clients_.end() ? clients_.emplace(address, std::make_shared<Client>()).first->second
                                        : found->second;
  ++client->sessions;
  return client;
}

void ClientCounts::take_off(const Address& address) {
  const auto found = clients_.find(address);
  if (--found->second->sessions == 0) clients_.erase(found);
}

std::expected<ClientCounts::Ticket, Exceeded> ClientCounts::open(const Address& address,
                                                                 const Limits& limits) {
  const Address key = net::client_key(address);
  const std::scoped_lock lock(sessions_mutex_);
  if (sessions_ >= limits.sessions) return std::unexpected(Exceeded::Sessions);
  auto client = add(key, limits);
  if (client == nullptr) return std::unexpected(Exceeded::SessionsPerClient);
  ++sessions_;
  return Ticket(*this, key, std::move(client));
}

std::expected<ClientCounts::Ticket, Exceeded> ClientCounts::open_for_front_end(const Limits& limits) {
  const std::scoped_lock lock(sessions_mutex_);
  if (sessions_ >= limits.sessions) return std::unexpected(Exceeded::Sessions);
  ++sessions_;
  return Ticket(*this, std::nullopt, nullptr);
}

std::expected<void, Exceeded> ClientCounts::pass_on(Ticket& ticket, const std::optional<Address>& address,
                                                    const Limits& limits) {
  const auto key = address.transform(net::client_key);
  if (ticket.address_ == key) return {};
  const std::scoped_lock lock(sessions_mutex_);
  std::shared_ptr<Client> client;
  if (key && (client = add(*key, limits)) == nullptr) return std::unexpected(Exceeded::SessionsPerClient);
  if (ticket.address_) take_off(*ticket.address_);
  ticket.address_ = key;
  ticket.client_ = std::move(client);
  return {};
}

void ClientCounts::close(const std::optional<Address>& address) {
  const std::scoped_lock lock(sessions_mutex_);
  --sessions_;
  if (address) take_off(*address);
}

std::size_t ClientCounts::sessions() const {
  const std::scoped_lock lock(sessions_mutex_);
  return sessions_;
}

// Those whose hour is over are in front.
void ClientCounts::forget(Time now) {
  while (!bad_tags_.empty() && now >= bad_tags_.front().end) {
    bad_tags_of_.erase(bad_tags_.front().client);
    bad_tags_.pop_front();
  }
}

void ClientCounts::add_bad_tag(const Address& address, std::string_view tag, Time now, const Limits& limits) {
  const Address client = net::client_key(address);
  const std::size_t hash = std::hash<std::string_view>()(tag);
  const std::scoped_lock lock(bad_tags_mutex_);
  forget(now);
  auto found = bad_tags_of_.find(client);
  if (found == bad_tags_of_.end()) {
    if (bad_tags_.size() >= most_remembered_) {
      bad_tags_of_.erase(bad_tags_.front().client);
      bad_tags_.pop_front();
    }
    bad_tags_.push_back({.client = client, .end = now + kBadTagWindow, .seen = {}});
    found = bad_tags_of_.emplace(client, std::prev(bad_tags_.end())).first;
  }
  auto& [_, end, seen] = *found->second;
  if (seen.size() >= limits.bad_tags || std::ranges::find(seen, hash) != seen.end()) return;
  seen.push_back(hash);
  if (seen.size() < limits.bad_tags) return;
  end = now + kBadTagWindow;
  bad_tags_.splice(bad_tags_.end(), bad_tags_, found->second);
}

bool ClientCounts::is_guesser(const Address& address, Time now, const Limits& limits) const {
  const Address client = net::client_key(address);
  const std::scoped_lock lock(bad_tags_mutex_);
  const auto found = bad_tags_of_.find(client);
  return found != bad_tags_of_.end() && now < found->second->end &&
         found->second->seen.size() >= limits.bad_tags;
}

std::size_t ClientCounts::remembered() const {
  const std::scoped_lock lock(bad_tags_mutex_);
  return bad_tags_.size();
}

}  // namespace backstop::gateway
