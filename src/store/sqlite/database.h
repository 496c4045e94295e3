// A connection to an SQLite database and its prepared statements. A connection and the statements prepared on
// it belong to one thread at a time.
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace backstop::store::sqlite {

struct Failure {
  int code = SQLITE_ERROR;  ///< extended result code
  std::string message;      ///< for people: "the disk is full"

  int primary_code() const { return code & 0xFF; }
  /// True if it may work later without a change of the configuration.
  bool is_passing() const;
};

template <typename T>
using Outcome = std::expected<T, Failure>;

/// Returns it as the callers of a store get it. `about` makes a store's message of that of a failure.
template <typename T, typename About>
base::Result<T> to_result(Outcome<T> outcome, const About& about) {
  if (!outcome) return std::unexpected(base::Error{about(outcome.error().message)});
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(*outcome);
  }
}

/// Returns the number as SQLite takes it, which has no larger one than the largest signed one.
constexpr std::int64_t to_column(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max()));
}

class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  /// Parameters count from 1. `text` must stay where it is until reset(). Bytes that are not sound
  /// (store/event.h) are bound as U+FFFD.
  void bind(int parameter, std::string_view text);
  void bind(int parameter, std::int64_t number);
  /// Any bytes, as they are; they must stay where they are until reset().
  void bind_blob(int parameter, std::string_view bytes);

  /// Returns true if there is a row.
  Outcome<bool> step();
  /// Runs a statement that has no rows, and resets it.
  Outcome<void> run();
  void reset();

  /// Columns count from 0. The view is valid until the next step.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  std::int64_t number(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Mode : std::uint8_t {
    Write,
    Read,
    ReadUnlocked,  ///< takes no locks, for a folder that can't be written to: nobody else has it open
  };

  /// Any characters of `path` are only a path. `patience` is how long a statement waits for a lock.
  static Outcome<Database> open(const std::string& path, Mode mode, std::chrono::milliseconds patience);

  Outcome<Statement> prepare(std::string_view sql);
  /// Runs statements that have no parameters, and ignores their rows.
  Outcome<void> run(const char* sql);
  /// Returns the first column of the first row, or 0 if there is no row.
  Outcome<std::int64_t> number(const char* sql);
  /// Returns true if the path no longer names the file that is open.
  bool has_moved();

  sqlite3* handle() { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}

  std::unique_ptr<sqlite3, Close> connection_;
};

/// Returns the inode of the database's write-ahead log, or 0 if there is none. If somebody removes the log of
/// an open database, what is in it is lost with the connection, unless that is closed in good order.
ino_t log_inode(const std::string& path);

/// Is rolled back if it is destroyed without commit().
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Outcome<void> begin() { return database_.run("BEGIN IMMEDIATE"); }
  Outcome<void> commit() { return database_.run("COMMIT"); }

 private:
  Database& database_;
};

}  // namespace backstop::store::sqlite
