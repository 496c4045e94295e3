// Counts the uses of proofs for the judge: in the ledger if there is one, else in this node's memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "net/task.h"
#include "store/ledger_key.h"
#include "store/ledger_secret.h"
#include "store/use_counts.h"

namespace backstop::store {

/// Thread-safe.
class UseCounter {
 public:
  virtual ~UseCounter() = default;

  /// Takes one of `limit` places in a counter (store/use_counts.h), or nullopt if all are taken. A counter
  /// lives for `life` from its first use. If the store is down, this node counts alone.
  virtual net::Task<std::optional<UsePlace>> take(RowKey counter, std::uint32_t limit,
                                                  std::chrono::seconds life) = 0;
  /// Both don't wait.
  virtual void give_back(const UsePlace& place) = 0;
  virtual void keep(const UsePlace& place) = 0;
};

/// Counts in memory alone, under a secret that dies with it: a counter begins anew with the program.
class NodeUses final : public UseCounter {
 public:
  using Clock = std::chrono::system_clock::time_point (*)();
  explicit NodeUses(Clock clock = &std::chrono::system_clock::now) : clock_(clock) {}

  net::Task<std::optional<UsePlace>> take(RowKey counter, std::uint32_t limit,
                                          std::chrono::seconds life) override;
  void give_back(const UsePlace& place) override { counts_.give_back(place); }
  void keep(const UsePlace& place) override { counts_.keep(place, now()); }

  /// Returns how many counters are in memory. Those whose time is over are forgotten once an hour.
  std::size_t size() { return counts_.size(); }

 private:
  UseCounts::Time now() const { return std::chrono::floor<std::chrono::seconds>(clock_()); }
  std::shared_ptr<const LedgerSecret> secret();
  std::optional<UsePlace> take_now(const RowKey& counter, std::uint32_t limit, std::chrono::seconds life);

  const Clock clock_;
  UseCounts counts_;
  std::mutex mutex_;
  std::shared_ptr<const LedgerSecret> secret_;
  UseCounts::Time swept_{};
};

}  // namespace backstop::store
