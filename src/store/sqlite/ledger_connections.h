// The connections with which look-ups read sealed tables: as many as threads ask at once. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "store/ledger_key.h"
#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

/// One connection with a statement for each table that it was asked about. For one thread at a time.
class LedgerConnection {
 public:
  /// Opens the file, which must be the one with this token.
  static Outcome<std::unique_ptr<LedgerConnection>> open(const std::string& path, std::int64_t file);

  /// Returns the value of the key in a sealed table, or 0.
  Outcome<std::uint32_t> find(std::int64_t table, const LedgerKey& key);
  /// True if it still reads the file that the path names, and that one has the token.
  bool is_of(std::int64_t file) { return file == file_ && !database_.has_moved(); }

 private:
  LedgerConnection(Database database, std::int64_t file) : database_(std::move(database)), file_(file) {}
  Outcome<Statement*> statement_of(std::int64_t table);

  Database database_;
  std::int64_t file_;
  std::map<std::int64_t, Statement> statements_;
};

class LedgerConnections {
 public:
  explicit LedgerConnections(std::string path) : path_(std::move(path)) {}

  Outcome<std::unique_ptr<LedgerConnection>> take(std::int64_t file);
  /// One that failed is better destroyed.
  void put_back(std::unique_ptr<LedgerConnection> connection);

 private:
  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<LedgerConnection>> idle_;
};

}  // namespace backstop::store::sqlite
