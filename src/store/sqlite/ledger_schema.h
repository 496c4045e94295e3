// The tables of the ledger in SQLite, and each thing that is done with them. docs/ledger.md repeats them.
//
//   log_N  (number, rows)       what table N took, a row for each batch: 16 bytes of key and 4 of value each
//   seg_N  (k, v)               the same once it is sealed, in the order of the keys
//
// Functions that change something leave the transaction to their caller.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/coverage.h"
#include "store/key_filter.h"
#include "store/key_table.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

const Schema& ledger_schema();

/// What identifies the file, and the marks of coverage.
struct LedgerMeta {
  std::int64_t token = 0;  ///< random, made with the file
  CoverageMarks marks;
};
/// Makes the row if there is none.
Outcome<LedgerMeta> read_or_make_meta(Database& database, std::chrono::sys_seconds now);
/// Returns nullopt if there is none.
Outcome<std::optional<LedgerMeta>> read_meta(Database& database);
Outcome<void> write_marks(Database& database, const CoverageMarks& marks);

/// A row of `segments`: a table of the ledger, sealed or not.
struct SegmentRow {
  std::int64_t number = 0;
  Life life{};
  std::chrono::sys_days day{};
  std::int64_t secret = 0;
  std::uint64_t rows = 0;
  bool is_sealed = false;
  bool is_import = false;
};
Outcome<std::vector<SegmentRow>> read_segments(Database& database);
/// Returns the new number.
Outcome<std::int64_t> insert_segment(Database& database, const SegmentRow& row);
/// Deletes the row with all that belongs to it.
Outcome<void> drop_segment(Database& database, std::int64_t number);

Outcome<void> make_log(Database& database, std::int64_t number);
Outcome<void> append_log(Database& database, std::int64_t number, std::string_view rows);
Outcome<void> read_log(Database& database, std::int64_t number, const std::function<void(StoredRow)>& take);
void append_row(const StoredRow& row, std::string& rows);

Outcome<void> make_sorted(Database& database, std::int64_t number);
Outcome<void> insert_sorted(Database& database, std::int64_t number, std::span<const StoredRow> rows);
Outcome<void> drop_sorted(Database& database, std::int64_t number);
/// Drops the log, too.
Outcome<void> mark_sealed(Database& database, std::int64_t number, std::uint64_t rows,
                          const KeyFilter& filter);
Outcome<KeyFilter> read_filter(Database& database, std::int64_t number);
/// For one key: "SELECT v ... WHERE k = ?".
Outcome<Statement> prepare_find(Database& database, std::int64_t number);

/// Deletes what all tables have of an owner, counters included.
Outcome<void> delete_owner(Database& database, const OwnerRange& owner);

Outcome<void> add_use(Database& database, const LedgerKey& counter, std::chrono::sys_seconds until);
Outcome<void> read_uses(
    Database& database,
    const std::function<void(const LedgerKey&, std::uint32_t, std::chrono::sys_seconds)>& take);
Outcome<void> delete_uses(Database& database, std::chrono::sys_seconds before);

/// Tells other programs that have the ledger open whom to forget.
Outcome<void> add_forgotten(Database& database, const OwnerRange& owner, std::chrono::sys_seconds now);
struct Forgotten {
  std::int64_t number;
  OwnerRange owner;
};
Outcome<std::vector<Forgotten>> read_forgotten(Database& database, std::int64_t after);
Outcome<void> delete_forgotten(Database& database, std::chrono::sys_seconds before);

}  // namespace backstop::store::sqlite
