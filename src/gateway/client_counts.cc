#include "gateway/client_counts.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "net/endpoint.h"

namespace backstop::gateway {

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

}  // namespace backstop::gateway
