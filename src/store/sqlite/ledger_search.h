// Answers questions from the tables of a ledger: memory first, then filters, then sealed tables. One object
// answers the questions of one call, on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "store/sqlite/ledger_catalog.h"
#include "store/sqlite/ledger_connections.h"

namespace backstop::store::sqlite {

class LedgerSearch {
 public:
  LedgerSearch(std::shared_ptr<const LedgerTables> tables, LedgerConnections& connections)
      : tables_(std::move(tables)), connections_(connections) {}
  LedgerSearch(const LedgerSearch&) = delete;
  LedgerSearch& operator=(const LedgerSearch&) = delete;
  ~LedgerSearch();

  /// Returns the value of the row, joined over all tables of its life, or 0.
  Outcome<std::uint32_t> find(const RowKey& question);

 private:
  /// A secret, and the key that the question has under it.
  struct Asked {
    std::unique_ptr<KeyMaker> maker;
    LedgerKey key;
    std::uint64_t question = 0;  ///< which one the key belongs to
  };

  const LedgerKey& key_under(const LedgerSecret& secret, const RowKey& question);
  Outcome<std::uint32_t> find_sealed(std::int64_t table, const LedgerKey& key);

  const std::shared_ptr<const LedgerTables> tables_;
  LedgerConnections& connections_;
  std::map<const LedgerSecret*, Asked> asked_;
  const LedgerSecret* last_secret_ = nullptr;  ///< asked for last
  Asked* last_ = nullptr;                      ///< of it
  std::uint64_t question_ = 0;
  std::unique_ptr<LedgerConnection> connection_;
};

}  // namespace backstop::store::sqlite
