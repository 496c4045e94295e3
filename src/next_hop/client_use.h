// How many sessions with next hops one client uses at the same time.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace backstop::next_hop {

/// The count of one client, which all its uses share; null for a client that is not counted.
using ClientCount = std::shared_ptr<std::atomic<std::size_t>>;

/// Counts one session for its client for as long as this lives. An empty one counts for nobody.
class ClientUse {
 public:
  ClientUse() = default;
  /// Returns nullopt if the client uses `most` sessions already.
  static std::optional<ClientUse> take(const ClientCount& count, std::size_t most) {
    if (count == nullptr) return ClientUse();
    if (count->fetch_add(1, std::memory_order_relaxed) >= most) {
      count->fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    return ClientUse(count);
  }

  ClientUse(ClientUse&& other) noexcept = default;
  ClientUse& operator=(ClientUse&& other) noexcept {
    ClientUse taken(std::move(other));
    count_.swap(taken.count_);
    return *this;
  }
  ~ClientUse() {
    if (count_ != nullptr) count_->fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  explicit ClientUse(ClientCount count) : count_(std::move(count)) {}

  ClientCount count_;
};

}  // namespace backstop::next_hop
