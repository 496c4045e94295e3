// Makes a sealed table out of a closed one, in pieces, so that batches are written in between. For one
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/ledger_catalog.h"

namespace backstop::store::sqlite {

class Sealing {
 public:
  static constexpr std::size_t kPiece = 20'000;  ///< rows of one transaction

  /// `table` is closed. An import's table has no log, so its row is made here.
  Sealing(std::shared_ptr<OpenTable> table, bool is_import);

  /// Writes one piece, or the end; returns true when the table is sealed. After an error it goes on where it
  /// was, if the file is still the same.
  Outcome<bool> step(Database& database);
  void forget(const OwnerRange& owner);

  const std::shared_ptr<OpenTable>& table() const { return table_; }
  /// What the table became; once it is sealed.
  std::shared_ptr<const SealedTable> take_sealed();

 private:
  Outcome<void> begin(Database& database, std::int64_t& number);

  const std::shared_ptr<OpenTable> table_;
  const bool is_import_;
  std::vector<StoredRow> rows_;
  std::size_t done_ = 0;
  KeyFilter filter_;
  bool is_begun_ = false;  ///< the table is in the file
};

}  // namespace backstop::store::sqlite
