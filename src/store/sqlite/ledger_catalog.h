// Which tables the ledger has right now, as one value that readers take and the writer replaces.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "base/error.h"
#include "store/key_filter.h"
#include "store/ledger_secret.h"
#include "store/sqlite/open_table.h"

namespace backstop::store::sqlite {

/// A table that takes no rows any more: on disk, with a filter in memory.
struct SealedTable {
  std::int64_t number;  ///< in the database
  Life life;
  std::chrono::sys_days day;
  std::shared_ptr<const LedgerSecret> secret;
  std::uint64_t rows;
  KeyFilter filter;
};

struct LedgerTables {
  template <typename Table>
  using ByLife = std::array<std::vector<std::shared_ptr<Table>>, kLives>;

  ByLife<OpenTable> open;
  ByLife<const SealedTable> sealed;
  std::int64_t file = 0;  ///< the token of the file that has them; 0: none was opened yet

  std::vector<std::shared_ptr<OpenTable>>& open_of(Life life) { return open[static_cast<std::size_t>(life)]; }
  const std::vector<std::shared_ptr<OpenTable>>& open_of(Life life) const {
    return open[static_cast<std::size_t>(life)];
  }
  std::vector<std::shared_ptr<const SealedTable>>& sealed_of(Life life) {
    return sealed[static_cast<std::size_t>(life)];
  }
  const std::vector<std::shared_ptr<const SealedTable>>& sealed_of(Life life) const {
    return sealed[static_cast<std::size_t>(life)];
  }
  /// Returns null if no table takes rows of that life and day.
  std::shared_ptr<OpenTable> taking(Life life, std::chrono::sys_days day) const;
  std::size_t rows_in_memory() const;
};

/// Thread-safe.
class LedgerCatalog {
 public:
  std::shared_ptr<const LedgerTables> tables() const {
    const std::shared_lock lock(mutex_);
    return tables_;
  }
  void change(const std::function<void(LedgerTables&)>& how);
  /// Returns the table that takes rows of that life and day; it is made if there is none.
  base::Result<std::shared_ptr<OpenTable>> open(Life life, std::chrono::sys_days day, LedgerSecrets& secrets);

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const LedgerTables> tables_ = std::make_shared<const LedgerTables>();
};

}  // namespace backstop::store::sqlite
