// A table of the ledger that still takes rows: all of one life, one day and one secret, in memory. It is cut
// into shards, each with a lock of its own, so that recording never waits for long. Thread-safe, but for what
// belongs to the writer.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "store/key_table.h"
#include "store/ledger_secret.h"

namespace backstop::store::sqlite {

class OpenTable {
 public:
  OpenTable(Life life, std::chrono::sys_days day, std::shared_ptr<const LedgerSecret> secret)
      : life_(life), day_(day), secret_(std::move(secret)) {}

  enum class Added : std::uint8_t { Yes, Refused, Closed };
  /// Adds the row if `take`, which must not wait, returns true; it is called under the shard's lock. So a row
  /// that was taken is in the table before close() returns, or not at all.
  template <typename Take>
  Added add(const LedgerKey& key, StoredValue value, const Take& take);
  /// Returns 0 if the key isn't there.
  std::uint32_t find(const LedgerKey& key) const;
  std::size_t erase(const OwnerRange& owner);
  /// From now on it takes no rows.
  void close();
  bool is_closed() const { return is_closed_; }
  std::size_t size() const { return size_; }
  /// Returns all rows in the order of their keys.
  std::vector<StoredRow> sorted() const;

  Life life() const { return life_; }
  std::chrono::sys_days day() const { return day_; }
  const std::shared_ptr<const LedgerSecret>& secret() const { return secret_; }

  /// The writer's own.
  struct Writers {
    std::int64_t number = 0;  ///< in the database; 0: it has no log there
    bool is_sealed = false;
  } writers;

 private:
  static constexpr std::size_t kShards = 64;
  struct Shard {
    mutable std::mutex mutex;
    KeyTable rows;
    bool is_closed = false;
  };

  static std::size_t shard_of(const LedgerKey& key) { return key.bytes[7] % kShards; }

  const Life life_;
  const std::chrono::sys_days day_;
  const std::shared_ptr<const LedgerSecret> secret_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_ = 0;
  std::atomic<bool> is_closed_ = false;
};

template <typename Take>
OpenTable::Added OpenTable::add(const LedgerKey& key, StoredValue value, const Take& take) {
  Shard& shard = shards_[shard_of(key)];
  const std::lock_guard lock(shard.mutex);
  if (shard.is_closed) return Added::Closed;
  if (!take()) return Added::Refused;
  const std::size_t before = shard.rows.size();
  shard.rows.add(key, value);
  size_ += shard.rows.size() - before;
  return Added::Yes;
}

}  // namespace backstop::store::sqlite
