// A flat table in memory from ledger keys to values, by open addressing: 20 bytes a slot, at most 3/4 of them
// used, no node and no second hash. For one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/ledger_key.h"

namespace backstop::store {

/// A value with the way in which equal rows are joined. Never 0. This form is in logs, too.
class StoredValue {
 public:
  StoredValue() = default;
  StoredValue(std::uint32_t value, bool adds_up) : bits_(value | (adds_up ? kAddsUp : 0)) {}
  static StoredValue of_bits(std::uint32_t bits) {
    StoredValue value;
    value.bits_ = bits;
    return value;
  }

  std::uint32_t bits() const { return bits_; }
  std::uint32_t number() const { return bits_ & ~kAddsUp; }
  bool is_empty() const { return bits_ == 0; }
  /// Takes the other row in.
  void join(StoredValue other);

 private:
  static constexpr std::uint32_t kAddsUp = 1U << 31;
  std::uint32_t bits_ = 0;
};

/// Joins two values of equal rows: their sum, at most kMostValue, or the larger one.
std::uint32_t joined(std::uint32_t one, std::uint32_t other, bool adds_up);

struct StoredRow {
  LedgerKey key;
  StoredValue value;
};

class KeyTable {
 public:
  void add(const LedgerKey& key, StoredValue value);
  /// Returns 0 if the key isn't there.
  std::uint32_t find(const LedgerKey& key) const;
  /// Removes all keys of an owner; returns how many. Slow: it looks at everything.
  std::size_t erase(const OwnerRange& owner);
  void append_to(std::vector<StoredRow>& out) const;

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kFirst = 64;

  /// Returns the slot that has the key, or the empty one where it belongs. There is an empty one.
  std::size_t slot_of(const LedgerKey& key) const;
  void rebuild(std::size_t slots);

  std::vector<StoredRow> slots_;  ///< an empty value marks an empty one
  std::size_t size_ = 0;
};

}  // namespace backstop::store
