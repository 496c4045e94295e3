// Counts the uses of proofs in memory, so that of many sessions at the same moment only `limit` get a place.
// A place is held until it is kept or given back, however long the response takes; a hold is not stored, so
// it ends with the program. Whoever stores counters for a fleet uses this, too, while its store is down.
// Thread-safe; the time is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>

#include "store/ledger_key.h"

namespace backstop::store {

/// A place in a counter.
struct UsePlace {
  LedgerKey counter;
  std::uint64_t life = 0;  ///< of the counter, since another may begin under its name; 0: not counted
};

class UseCounts {
 public:
  using Time = std::chrono::sys_seconds;
  /// Counters at most. Past it a new counter isn't counted: a missing count never refuses.
  static constexpr std::size_t kMost = 1'000'000;

  /// Takes a place in the counter that has one of the names; there is at least one. A new counter gets the
  /// first name, and is forgotten after `until`. Returns nullopt if `limit` places are held or kept.
  std::optional<UsePlace> take(std::span<const LedgerKey> names, std::uint32_t limit, Time until, Time now);
  /// A place is given back or kept once.
  void give_back(const UsePlace& place);
  /// Counts the place for good. Returns until when, or nullopt if nothing is counted any more.
  std::optional<Time> keep(const UsePlace& place, Time now);

  /// Adds places that were kept before this program started.
  void restore(const LedgerKey& name, std::uint32_t kept, Time until);
  void forget(const OwnerRange& owner);
  /// Forgets the counters whose time is over.
  void sweep(Time now);
  /// Returns how many counters there are, with those whose time is over and that are not yet forgotten.
  std::size_t size();

 private:
  struct Counter {
    std::uint32_t kept = 0;
    std::uint32_t held = 0;
    Time until{};
    std::uint64_t life = 0;
  };
  struct Hash {
    std::size_t operator()(const LedgerKey& key) const { return key.bits(); }
  };
  using Counters = std::unordered_map<LedgerKey, Counter, Hash>;

  Counters::iterator find(std::span<const LedgerKey> names, Time now);
  Counter& counter_of(const LedgerKey& name, Time until);
  Counter* release(const UsePlace& place);
  void sweep_locked(Time now);

  std::mutex mutex_;
  Counters counters_;
  std::uint64_t last_life_ = 0;
};

}  // namespace backstop::store
