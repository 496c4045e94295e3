#include "intake/held_memory.h"

#include <algorithm>

#include "base/share.h"
#include "net/endpoint.h"

namespace backstop::intake {

std::uint64_t HeldMemory::most(Account account, const MessageLimits& limits) {
  if (account == Account::Responses) return limits.held_total;
  return std::max<std::uint64_t>(limits.held_total / base::kShares,
                                 std::uint64_t{base::kShares} * limits.header);
}

std::uint64_t HeldMemory::total(Account account) const {
  const std::scoped_lock lock(mutex_);
  return total_[static_cast<std::size_t>(account)];
}

std::size_t HeldMemory::networks() const {
  const std::scoped_lock lock(mutex_);
  return held_by_.size();
}

bool HeldMemory::Share::hold(Account account, std::uint64_t size, const MessageLimits& limits) {
  if (size == 0) {
    release();
    return true;
  }
  const auto most = HeldMemory::most(account, limits);
  const auto from = static_cast<std::size_t>(account_);
  const auto to = static_cast<std::size_t>(account);
  const auto network = net::network_key(client_);
  const std::scoped_lock lock(memory_.mutex_);
  auto& total = memory_.total_;
  const auto found = memory_.held_by_.find(network);
  const std::uint64_t own = from == to ? size_ : 0;
  const std::uint64_t of_network = (found == memory_.held_by_.end() ? 0 : found->second[to]) - own + size;
  if (of_network > base::share_of(most) || total[to] - own + size > most) return false;
  auto& held = found == memory_.held_by_.end() ? memory_.held_by_[network] : found->second;
  total[from] -= size_;
  held[from] -= size_;
  total[to] += size;
  held[to] += size;
  account_ = account;
  size_ = size;
  return true;
}

void HeldMemory::Share::give_back() {
  const auto account = static_cast<std::size_t>(account_);
  const auto network = net::network_key(client_);
  const std::scoped_lock lock(memory_.mutex_);
  memory_.total_[account] -= size_;
  const auto found = memory_.held_by_.find(network);
  found->second[account] -= size_;
  size_ = 0;
  if (found->second == Sizes{}) memory_.held_by_.erase(found);
}

}  // namespace backstop::intake
