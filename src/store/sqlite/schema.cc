#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>

namespace backstop::store::sqlite {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFromVersion1[] = {
    "ALTER TABLE event ADD COLUMN certainty TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE event ADD COLUMN tag TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX event_untagged ON event (time) WHERE tag GLOB 'none*' AND reverse_path <> ''",
};
constexpr std::string_view kFromVersion2[] = {"ALTER TABLE event RENAME COLUMN reason TO cause"};
constexpr std::string_view kFromVersion3[] = {
    "ALTER TABLE event ADD COLUMN contradiction INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX event_contradiction ON event (time) WHERE contradiction <> 0",
    "CREATE TABLE day_sum (domain TEXT NOT NULL, day INTEGER NOT NULL, left INTEGER NOT NULL, "
    "watermark INTEGER NOT NULL, dkim INTEGER NOT NULL, message INTEGER NOT NULL, tag INTEGER NOT NULL, "
    "genuine INTEGER NOT NULL, contradictions INTEGER NOT NULL, unproven INTEGER NOT NULL, "
    "PRIMARY KEY (domain, day)) WITHOUT ROWID",
    "CREATE INDEX day_sum_day ON day_sum (day)",
};
constexpr std::string_view kFromVersion4[] = {
    "ALTER TABLE event ADD COLUMN origin_cause TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE event ADD COLUMN facts TEXT NOT NULL DEFAULT ''",
};

/// Upgrades a file to the next version each: from 1, from 2, and so on.
constexpr std::span<const std::string_view> kUpgrades[] = {kFromVersion1, kFromVersion2, kFromVersion3,
                                                           kFromVersion4};
static_assert(std::size(kUpgrades) == kSchemaVersion - 1);
constexpr Schema kHistory{"history", kApplicationId, kSchemaVersion, kSchema, kUpgrades};

constexpr off_t kSmallestDatabase = 512;  // one page, of the smallest size that there is

std::unexpected<Failure> refuse(int code, std::string message) {
  return std::unexpected(Failure{code, std::move(message)});
}

// A full disk may pass, as SQLite's own error for it may.
std::unexpected<Failure> refuse_errno(int number, std::string_view doing) {
  const bool is_full = number == ENOSPC || number == EDQUOT;
  return refuse(is_full ? SQLITE_FULL : SQLITE_CANTOPEN, fmt::format("{}: {}", doing, std::strerror(number)));
}

/// Returns true for a plain file and false if there is nothing; anything else is an error.
Outcome<bool> is_there(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    return refuse_errno(errno, "it can't be opened");
  }
  if (!S_ISREG(status.st_mode)) return refuse(SQLITE_CANTOPEN, "it is no plain file");
  // SQLite takes a file of one byte for an empty one, and would write over it.
  if (status.st_size > 0 && status.st_size < kSmallestDatabase)
    return refuse(SQLITE_NOTADB, "it is no SQLite database");
  return true;
}

Outcome<void> make_folder(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  std::error_code failed;
  if (folder.empty() || fs::is_directory(folder, failed)) return {};
  if (::mkdir(folder.c_str(), 0750) != 0) {
    if (errno == EEXIST) return {};
    if (errno == ENOENT)
      return refuse(SQLITE_CANTOPEN, "neither its folder nor the folder above that is there");
    return refuse_errno(errno, "its folder can't be made");
  }
  ::chmod(folder.c_str(), 0750);  // whatever the umask
  return {};
}

/// Makes an empty file: SQLite takes it for a new database, and gives its own files beside it the same mode.
Outcome<void> make_file(const std::string& path, unsigned mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) {
    if (errno == EEXIST) return {};
    return refuse_errno(errno, "it can't be made");
  }
  ::fchmod(file, mode);
  ::close(file);
  return {};
}

/// Returns true if the known tables are there and false if the database is empty; else an error.
Outcome<bool> check_schema(Database& database, const Schema& schema) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  const auto application = database.number("PRAGMA application_id");
  if (!application) return std::unexpected(application.error());
  const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  if (*version == 0 && *application == 0 && *tables == 0) return false;
  if (*application != schema.application_id)
    return refuse(SQLITE_MISMATCH, "it is another program's database");
  if (*version > schema.version) {
    return refuse(SQLITE_MISMATCH,
                  fmt::format("it was made by a newer Backstop: its schema is version {}, this "
                              "program knows those up to {}",
                              *version, schema.version));
  }
  return true;
}

Outcome<void> make_schema(Database& database, const Schema& schema) {
  // This must precede all writing, since it decides how the file is laid out.
  if (auto done = database.run("PRAGMA auto_vacuum = INCREMENTAL"); !done) return done;
  Transaction transaction(database);
  if (auto done = transaction.begin(); !done) return done;
  // Another process may have been quicker.
  const auto is_made = check_schema(database, schema);
  if (!is_made) return std::unexpected(is_made.error());
  if (*is_made) return {};
  for (const std::string_view statement : schema.tables) {
    if (auto done = database.run(std::string(statement).c_str()); !done) return done;
  }
  const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                        schema.application_id, schema.version);
  if (auto done = database.run(marks.c_str()); !done) return done;
  return transaction.commit();
}

// In one transaction. Another process may have been quicker.
Outcome<void> upgrade(Database& database, const Schema& schema) {
  Transaction transaction(database);
  if (auto done = transaction.begin(); !done) return done;
  const auto version = database.number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version >= schema.version) return {};
  const auto first = static_cast<std::size_t>(std::max<std::int64_t>(*version, 1) - 1);
  for (const auto statements : schema.upgrades.subspan(first)) {
    for (const std::string_view statement : statements) {
      if (auto done = database.run(std::string(statement).c_str()); !done) return done;
    }
  }
  if (auto done = database.run(fmt::format("PRAGMA user_version = {}", schema.version).c_str()); !done)
    return done;
  return transaction.commit();
}

// The log's files can't be made beside the database. Without a log no process has the database open, and it
// can be read as it is.
bool may_not_make_log(const Failure& failure) {
  return failure.primary_code() == SQLITE_CANTOPEN || failure.primary_code() == SQLITE_READONLY;
}

bool has_log(const std::string& path) {
  std::error_code failed;
  return fs::exists(path + "-wal", failed);
}

}  // namespace

const Schema& history_schema() {
  return kHistory;
}

Outcome<Database> open_for_writing(const std::string& path, std::chrono::milliseconds patience,
                                   const Schema& schema) {
  const auto there = is_there(path);
  if (!there) return std::unexpected(there.error());
  if (!*there) {
    if (const auto done = make_folder(path); !done) return std::unexpected(done.error());
    if (const auto done = make_file(path, schema.mode); !done) return std::unexpected(done.error());
  }
  auto database = Database::open(path, Database::Mode::Write, patience);
  if (!database) return database;
  // SQLite opens a file for reading if it may not write to it.
  if (sqlite3_db_readonly(database->handle(), "main") == 1)
    return refuse(SQLITE_READONLY, "it may not be written to");
  const auto is_made = check_schema(*database, schema);
  if (!is_made) return std::unexpected(is_made.error());
  if (!*is_made) {
    if (const auto done = make_schema(*database, schema); !done) return std::unexpected(done.error());
  }
  const auto version = database->number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version < schema.version) {
    if (const auto done = upgrade(*database, schema); !done) return std::unexpected(done.error());
  }
  // docs/decisions.md says why NORMAL. The size limit cuts the log after a burst. The cache (8 MiB) holds the
  // pages of the indexes, which are written all over.
  const auto set = database->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216; "
      "PRAGMA cache_size = -8192");
  if (!set) return std::unexpected(set.error());
  return database;
}

Outcome<Database> open_for_reading(const std::string& path, std::chrono::milliseconds patience,
                                   const Schema& schema) {
  const auto there = is_there(path);
  if (!there) return std::unexpected(there.error());
  if (!*there) return refuse(SQLITE_CANTOPEN, "there is no such file");
  auto database = Database::open(path, Database::Mode::Read, patience);
  if (!database) return database;
  auto is_made = check_schema(*database, schema);
  if (!is_made && may_not_make_log(is_made.error()) && !has_log(path)) {
    database = Database::open(path, Database::Mode::ReadUnlocked, patience);
    if (!database) return database;
    is_made = check_schema(*database, schema);
  }
  if (!is_made) return std::unexpected(is_made.error());
  if (!*is_made) return refuse(SQLITE_MISMATCH, fmt::format("it holds no {} yet", schema.name));
  const auto version = database->number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version < schema.version) {
    return refuse(SQLITE_MISMATCH,
                  "it was made by an older Backstop; `backstop serve` upgrades it when it starts");
  }
  return database;
}

}  // namespace backstop::store::sqlite
