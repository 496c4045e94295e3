#include "store/sqlite/open_table.h"

#include <algorithm>

namespace backstop::store::sqlite {

std::uint32_t OpenTable::find(const LedgerKey& key) const {
  const Shard& shard = shards_[shard_of(key)];
  const std::lock_guard lock(shard.mutex);
  return shard.rows.find(key);
}

std::size_t OpenTable::erase(const OwnerRange& owner) {
  std::size_t erased = 0;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    erased += shard.rows.erase(owner);
  }
  size_ -= erased;
  return erased;
}

void OpenTable::close() {
  is_closed_ = true;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.is_closed = true;
  }
}

std::vector<StoredRow> OpenTable::sorted() const {
  std::vector<StoredRow> rows;
  rows.reserve(size_);
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.rows.append_to(rows);
  }
  std::ranges::sort(rows, {}, &StoredRow::key);
  return rows;
}

}  // namespace backstop::store::sqlite
