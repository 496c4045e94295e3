#include "store/sqlite/ledger_connections.h"

#include "store/sqlite/ledger_schema.h"

namespace backstop::store::sqlite {

namespace {

// A writer never holds up a reader for longer than it takes to begin a new log.
constexpr std::chrono::milliseconds kPatience{250};
constexpr std::size_t kMostStatements = 1000;

}  // namespace

Outcome<std::unique_ptr<LedgerConnection>> LedgerConnection::open(const std::string& path,
                                                                  std::int64_t file) {
  auto database = open_for_reading(path, kPatience, ledger_schema());
  if (!database) return std::unexpected(database.error());
  if (auto done = database->run("PRAGMA cache_size = -8192"); !done) return std::unexpected(done.error());
  const auto meta = read_meta(*database);
  if (!meta) return std::unexpected(meta.error());
  if (!*meta || (*meta)->token != file) {
    return std::unexpected(Failure{SQLITE_MISMATCH, "another file is in its place"});
  }
  return std::unique_ptr<LedgerConnection>(new LedgerConnection(std::move(*database), file));
}

Outcome<std::uint32_t> LedgerConnection::find(std::int64_t table, const LedgerKey& key) {
  const auto statement = statement_of(table);
  if (!statement) return std::unexpected(statement.error());
  (*statement)->bind_blob(1, key.view());
  const auto row = (*statement)->step();
  const std::uint32_t value = row && *row ? static_cast<std::uint32_t>((*statement)->number(0)) : 0;
  (*statement)->reset();  // at once: a read that is left open stops the log from being cut
  if (!row) return std::unexpected(row.error());
  return value;
}

Outcome<Statement*> LedgerConnection::statement_of(std::int64_t table) {
  const auto found = statements_.find(table);
  if (found != statements_.end()) return &found->second;
  if (statements_.size() >= kMostStatements) statements_.clear();
  auto statement = prepare_find(database_, table);
  if (!statement) return std::unexpected(statement.error());
  return &statements_.emplace(table, std::move(*statement)).first->second;
}

Outcome<std::unique_ptr<LedgerConnection>> LedgerConnections::take(std::int64_t file) {
  std::unique_ptr<LedgerConnection> connection;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection && connection->is_of(file)) return connection;
  return LedgerConnection::open(path_, file);
}

void LedgerConnections::put_back(std::unique_ptr<LedgerConnection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace backstop::store::sqlite
