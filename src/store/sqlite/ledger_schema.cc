#include "store/sqlite/ledger_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

namespace backstop::store::sqlite {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::string_view kTables[] = {
    "CREATE TABLE meta (only INTEGER PRIMARY KEY CHECK (only = 1), token INTEGER NOT NULL, "
    "born INTEGER NOT NULL, heartbeat INTEGER NOT NULL, covered_since INTEGER NOT NULL, "
    "is_open INTEGER NOT NULL)",
    // AUTOINCREMENT: the number of a dropped table is never used again.
    "CREATE TABLE segments (number INTEGER PRIMARY KEY AUTOINCREMENT, life INTEGER NOT NULL, "
    "day INTEGER NOT NULL, secret INTEGER NOT NULL, entries INTEGER NOT NULL, is_sealed INTEGER NOT NULL, "
    "is_import INTEGER NOT NULL)",
    "CREATE TABLE filters (segment INTEGER PRIMARY KEY, bits BLOB NOT NULL)",
    "CREATE TABLE uses (k BLOB PRIMARY KEY, n INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE forgotten (number INTEGER PRIMARY KEY AUTOINCREMENT, owner BLOB NOT NULL, "
    "time INTEGER NOT NULL)",
};
constexpr Schema kLedger{"ledger", 0x426B4C67, 1, kTables};  // "BkLg"

constexpr std::size_t kLogRow = 20;

std::int64_t number_of(sys_seconds time) {
  return time.time_since_epoch().count();
}
sys_seconds time_of(std::int64_t number) {
  return sys_seconds(seconds(number));
}

Outcome<void> run(Database& database, const std::string& sql) {
  return database.run(sql.c_str());
}

/// Runs a statement with these parameters.
struct Bind {
  Statement& statement;
  int next = 1;
  void operator()(std::int64_t number) { statement.bind(next++, number); }
  void operator()(std::string_view bytes) { statement.bind_blob(next++, bytes); }
};
template <typename... Parameters>
Outcome<void> run_with(Database& database, std::string_view sql, const Parameters&... parameters) {
  auto statement = database.prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  Bind bind{*statement};
  (bind(parameters), ...);
  return statement->run();
}

/// Calls `take` with each row.
Outcome<void> each_row(Database& database, std::string_view sql,
                       const std::function<void(const Statement&)>& take) {
  auto statement = database.prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  auto row = statement->step();
  for (; row && *row; row = statement->step()) take(*statement);
  if (!row) return std::unexpected(row.error());
  return {};
}

LedgerKey key_of(std::string_view bytes) {
  LedgerKey key;
  std::memcpy(key.bytes.data(), bytes.data(), std::min(bytes.size(), key.bytes.size()));
  return key;
}

StoredRow row_of(const char* bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes + sizeof(LedgerKey), sizeof value);
  return {key_of({bytes, sizeof(LedgerKey)}), StoredValue::of_bits(value)};
}

/// The first key behind those of an owner: empty if there is none.
std::string end_of(const OwnerRange& owner) {
  std::string end(owner.view());
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

Outcome<void> delete_range(Database& database, const std::string& table, const OwnerRange& owner) {
  const std::string end = end_of(owner);
  if (end.empty()) return run_with(database, fmt::format("DELETE FROM {} WHERE k >= ?", table), owner.view());
  return run_with(database, fmt::format("DELETE FROM {} WHERE k >= ? AND k < ?", table), owner.view(), end);
}

/// Returns true if something was removed.
bool remove_owner(std::string& rows, const OwnerRange& owner) {
  std::string kept;
  for (std::size_t at = 0; at + kLogRow <= rows.size(); at += kLogRow) {
    const std::string_view row = std::string_view(rows).substr(at, kLogRow);
    if (!row.starts_with(owner.view())) kept += row;
  }
  const bool is_changed = kept.size() != rows.size();
  rows = std::move(kept);
  return is_changed;
}

Outcome<void> delete_from_log(Database& database, std::int64_t number, const OwnerRange& owner) {
  std::vector<std::pair<std::int64_t, std::string>> changed;
  auto done =
      each_row(database, fmt::format("SELECT number, rows FROM log_{}", number), [&](const auto& row) {
        std::string rows(row.blob(1));
        if (remove_owner(rows, owner)) changed.emplace_back(row.number(0), std::move(rows));
      });
  for (const auto& [place, rows] : changed) {
    if (!done) return done;
    done = run_with(database, fmt::format("UPDATE log_{} SET rows = ? WHERE number = ?", number),
                    std::string_view(rows), place);
  }
  return done;
}

Outcome<bool> has_table(Database& database, const std::string& name) {
  const auto count =
      database.number(fmt::format("SELECT count(*) FROM sqlite_schema WHERE name = '{}'", name).c_str());
  if (!count) return std::unexpected(count.error());
  return *count > 0;
}

}  // namespace

const Schema& ledger_schema() {
  return kLedger;
}

Outcome<std::optional<LedgerMeta>> read_meta(Database& database) {
  std::optional<LedgerMeta> meta;
  const auto done = each_row(
      database, "SELECT token, born, heartbeat, covered_since, is_open FROM meta", [&](const auto& row) {
        meta = LedgerMeta{
            row.number(0),
            {time_of(row.number(1)), time_of(row.number(2)), time_of(row.number(3)), row.number(4) != 0}};
      });
  if (!done) return std::unexpected(done.error());
  return meta;
}

Outcome<LedgerMeta> read_or_make_meta(Database& database, sys_seconds now) {
  const auto done =
      run_with(database,
               "INSERT OR IGNORE INTO meta (only, token, born, heartbeat, covered_since, is_open) "
               "VALUES (1, random() & 0x7FFFFFFFFFFFFFFF | 1, ?1, ?1, ?1, 0)",
               number_of(now));
  if (!done) return std::unexpected(done.error());
  auto meta = read_meta(database);
  if (!meta) return std::unexpected(meta.error());
  return meta->value_or(LedgerMeta{});
}

Outcome<void> write_marks(Database& database, const CoverageMarks& marks) {
  return run_with(database, "UPDATE meta SET heartbeat = ?, covered_since = ?, is_open = ?",
                  number_of(marks.heartbeat), number_of(marks.since), std::int64_t{marks.is_open});
}

Outcome<std::vector<SegmentRow>> read_segments(Database& database) {
  std::vector<SegmentRow> rows;
  const auto done = each_row(
      database,
      "SELECT number, life, day, secret, entries, is_sealed, is_import FROM segments ORDER BY day DESC, "
      "number DESC",
      [&](const auto& row) {
        const auto life = std::clamp<std::int64_t>(row.number(1), 0, kLives - 1);
        rows.push_back({row.number(0), static_cast<Life>(life), sys_days(days(row.number(2))), row.number(3),
                        static_cast<std::uint64_t>(row.number(4)), row.number(5) != 0, row.number(6) != 0});
      });
  if (!done) return std::unexpected(done.error());
  return rows;
}

Outcome<std::int64_t> insert_segment(Database& database, const SegmentRow& row) {
  const auto done = run_with(
      database,
      "INSERT INTO segments (life, day, secret, entries, is_sealed, is_import) VALUES (?, ?, ?, 0, 0, ?)",
      static_cast<std::int64_t>(row.life), std::int64_t{row.day.time_since_epoch().count()}, row.secret,
      std::int64_t{row.is_import});
  if (!done) return std::unexpected(done.error());
  return sqlite3_last_insert_rowid(database.handle());
}

Outcome<void> drop_segment(Database& database, std::int64_t number) {
  return run(database,
             fmt::format("DELETE FROM segments WHERE number = {0}; DELETE FROM filters WHERE segment = {0}; "
                         "DROP TABLE IF EXISTS log_{0}; DROP TABLE IF EXISTS seg_{0}",
                         number));
}

Outcome<void> make_log(Database& database, std::int64_t number) {
  return run(database,
             fmt::format("CREATE TABLE IF NOT EXISTS log_{} (number INTEGER PRIMARY KEY, rows BLOB NOT NULL)",
                         number));
}

Outcome<void> append_log(Database& database, std::int64_t number, std::string_view rows) {
  return run_with(database, fmt::format("INSERT INTO log_{} (rows) VALUES (?)", number), rows);
}

Outcome<void> read_log(Database& database, std::int64_t number, const std::function<void(StoredRow)>& take) {
  const auto is_there = has_table(database, fmt::format("log_{}", number));
  if (!is_there) return std::unexpected(is_there.error());
  if (!*is_there) return {};
  return each_row(database, fmt::format("SELECT rows FROM log_{} ORDER BY number", number),
                  [&](const auto& row) {
                    const std::string_view rows = row.blob(0);
                    for (std::size_t at = 0; at + kLogRow <= rows.size(); at += kLogRow) {
                      const StoredRow stored = row_of(rows.data() + at);
                      if (!stored.value.is_empty()) take(stored);
                    }
                  });
}

void append_row(const StoredRow& row, std::string& rows) {
  const std::uint32_t value = row.value.bits();
  rows += row.key.view();
  rows.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Outcome<void> make_sorted(Database& database, std::int64_t number) {
  return run(
      database,
      fmt::format("CREATE TABLE seg_{} (k BLOB PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID", number));
}

Outcome<void> insert_sorted(Database& database, std::int64_t number, std::span<const StoredRow> rows) {
  auto insert = database.prepare(fmt::format("INSERT INTO seg_{} (k, v) VALUES (?, ?)", number));
  if (!insert) return std::unexpected(insert.error());
  for (const StoredRow& row : rows) {
    insert->bind_blob(1, row.key.view());
    insert->bind(2, std::int64_t{row.value.number()});
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Outcome<void> drop_sorted(Database& database, std::int64_t number) {
  return run(database, fmt::format("DROP TABLE IF EXISTS seg_{}", number));
}

Outcome<void> mark_sealed(Database& database, std::int64_t number, std::uint64_t rows,
                          const KeyFilter& filter) {
  if (auto done = run_with(database, "INSERT OR REPLACE INTO filters (segment, bits) VALUES (?, ?)", number,
                           filter.bytes());
      !done) {
    return done;
  }
  if (auto done = run_with(database, "UPDATE segments SET entries = ?, is_sealed = 1 WHERE number = ?",
                           static_cast<std::int64_t>(rows), number);
      !done) {
    return done;
  }
  return run(database, fmt::format("DROP TABLE IF EXISTS log_{}", number));
}

Outcome<KeyFilter> read_filter(Database& database, std::int64_t number) {
  KeyFilter filter;
  const auto done = each_row(database, fmt::format("SELECT bits FROM filters WHERE segment = {}", number),
                             [&](const auto& row) { filter = KeyFilter::of_bytes(row.blob(0)); });
  if (!done) return std::unexpected(done.error());
  return filter;
}

Outcome<Statement> prepare_find(Database& database, std::int64_t number) {
  return database.prepare(fmt::format("SELECT v FROM seg_{} WHERE k = ?", number));
}

Outcome<void> delete_owner(Database& database, const OwnerRange& owner) {
  std::vector<std::string> sorted;
  std::vector<std::int64_t> logs;
  auto done =
      each_row(database, "SELECT name FROM sqlite_schema WHERE name GLOB 'seg_*' OR name GLOB 'log_*'",
               [&](const auto& row) {
                 const std::string name(row.text(0));
                 if (name.starts_with("seg_")) sorted.push_back(name);
                 if (name.starts_with("log_")) logs.push_back(std::atoll(name.c_str() + 4));
               });
  sorted.emplace_back("uses");
  for (const auto& table : sorted) {
    if (done) done = delete_range(database, table, owner);
  }
  for (const std::int64_t number : logs) {
    if (done) done = delete_from_log(database, number, owner);
  }
  return done;
}

Outcome<void> add_use(Database& database, const LedgerKey& counter, sys_seconds until) {
  // An older counter of the same name is over.
  return run_with(database,
                  "INSERT INTO uses (k, n, until) VALUES (?, 1, ?) ON CONFLICT (k) DO UPDATE SET "
                  "n = CASE WHEN until = excluded.until THEN n + 1 ELSE 1 END, until = excluded.until",
                  counter.view(), number_of(until));
}

Outcome<void> read_uses(Database& database,
                        const std::function<void(const LedgerKey&, std::uint32_t, sys_seconds)>& take) {
  return each_row(database, "SELECT k, n, until FROM uses", [&](const auto& row) {
    take(key_of(row.blob(0)), static_cast<std::uint32_t>(row.number(1)), time_of(row.number(2)));
  });
}

Outcome<void> delete_uses(Database& database, sys_seconds before) {
  return run_with(database, "DELETE FROM uses WHERE until <= ?", number_of(before));
}

Outcome<void> add_forgotten(Database& database, const OwnerRange& owner, sys_seconds now) {
  return run_with(database, "INSERT INTO forgotten (owner, time) VALUES (?, ?)", owner.view(),
                  number_of(now));
}

Outcome<std::vector<Forgotten>> read_forgotten(Database& database, std::int64_t after) {
  std::vector<Forgotten> all;
  const auto done = each_row(
      database, fmt::format("SELECT number, owner FROM forgotten WHERE number > {} ORDER BY number", after),
      [&](const auto& row) {
        Forgotten forgotten{row.number(0), {}};
        std::ranges::copy(row.blob(1).substr(0, forgotten.owner.prefix.size()),
                          forgotten.owner.prefix.begin());
        all.push_back(forgotten);
      });
  if (!done) return std::unexpected(done.error());
  return all;
}

Outcome<void> delete_forgotten(Database& database, sys_seconds before) {
  return run_with(database, "DELETE FROM forgotten WHERE time < ?", number_of(before));
}

}  // namespace backstop::store::sqlite
