#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <utility>

#include "base/text.h"
#include "store/event.h"

namespace backstop::store::sqlite {

namespace {

std::string words(int code, sqlite3* connection) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process holds it locked";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it may not be written to";
    case SQLITE_NOTADB:
      return "it is no SQLite database";
    case SQLITE_CORRUPT:
      return "it is damaged";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
      const int reason = sqlite3_system_errno(connection);
      const std::string_view what =
          (code & 0xFF) == SQLITE_CANTOPEN ? "it can't be opened" : "a read or write failed";
      return reason == 0 ? std::string(what) : fmt::format("{}: {}", what, std::strerror(reason));
    }
    default:
      return base::printable(connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
  }
}

std::unexpected<Failure> failure(int code, sqlite3* connection) {
  return std::unexpected(Failure{code, words(code, connection)});
}

// A name such as ":memory:" or "file:x" means something else to SQLite than a path.
std::string plain_path(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : plain_path(path)) {
    if (std::string_view("?#%").contains(c)) {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

bool Failure::is_passing() const {
  switch (primary_code()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return true;
    default:
      return false;
  }
}

void Statement::bind(int parameter, std::string_view text) {
  if (text.empty()) text = "";  // a null pointer would be bound as NULL
  if (is_sound(text)) {
    sqlite3_bind_text(statement_.get(), parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    return;
  }
  const std::string sound = sound_text(text);
  sqlite3_bind_text(statement_.get(), parameter, sound.data(), static_cast<int>(sound.size()),
                    SQLITE_TRANSIENT);
}

void Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter, number);
}

void Statement::bind_blob(int parameter, std::string_view bytes) {
  if (bytes.empty()) bytes = "";
  sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC);
}

Outcome<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(code, sqlite3_db_handle(statement_.get()));
}

Outcome<void> Statement::run() {
  const auto row = step();
  reset();
  if (!row) return std::unexpected(row.error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Outcome<Database> Database::open(const std::string& path, Mode mode, std::chrono::milliseconds patience) {
  const std::string name = mode == Mode::ReadUnlocked ? immutable_uri(path) : plain_path(path);
  const int flags = (mode == Mode::Write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::ReadUnlocked ? SQLITE_OPEN_URI : 0);
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &connection, flags, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) return failure(code, connection);
  sqlite3_busy_timeout(connection, static_cast<int>(patience.count()));
  // A file is data and not program: the views and triggers of a database given to us may call no functions
  // with side effects.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Outcome<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(code, handle());
  return Statement(statement);
}

Outcome<void> Database::run(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code, handle());
  return {};
}

Outcome<std::int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return *row ? statement->number(0) : 0;
}

bool Database::has_moved() {
  int moved = 0;
  return sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

ino_t log_inode(const std::string& path) {
  struct stat status{};
  return ::stat((path + "-wal").c_str(), &status) == 0 ? status.st_ino : 0;
}

Transaction::~Transaction() {
  // After some errors, such as a full disk, SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(database_.handle()) == 0) static_cast<void>(database_.run("ROLLBACK"));
}

}  // namespace backstop::store::sqlite
