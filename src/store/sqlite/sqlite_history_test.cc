// The history as a file: which files are opened and which are refused, how a file is made, and what may
// happen to it while a server runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>

#include "store/history_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/event_table.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uid_t kNobody = 65534;

/// While it lives, this process does not have root's right to write everywhere.
class WithoutPrivileges {
 public:
  WithoutPrivileges() {
    if (::geteuid() == 0) is_changed_ = ::seteuid(kNobody) == 0;
  }
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
  ~WithoutPrivileges() {
    if (is_changed_) EXPECT_EQ(::seteuid(0), 0);
  }
  static bool is_possible() {
    const WithoutPrivileges tried;
    return ::geteuid() != 0;
  }

 private:
  bool is_changed_ = false;
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

unsigned mode_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

void run_sql(const fs::path& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

class SqliteHistory : public testing::Test {
 protected:
  SqliteHistory() { fs::permissions(folder_.path(), fs::perms(0755)); }

  fs::path path(std::string_view name = "history.db") const { return folder_.path() / name; }
  static std::string url(const fs::path& file) { return "sqlite:" + file.string(); }
  HistorySettings settings(const fs::path& file) const {
    return {.url = url(file), .keep = std::chrono::hours(0), .batch = milliseconds(1)};
  }
  std::unique_ptr<HistoryWriter> open(const fs::path& file) {
    return must_open(settings(file), [this](std::string line) {
      const std::lock_guard lock(mutex_);
      warnings_.push_back(std::move(line));
    });
  }
  /// `want`: why neither a writer nor a reader opens it.
  void expect_refused(const fs::path& file, std::string_view want) {
    const auto writer = open_history(settings(file), nullptr);
    ASSERT_FALSE(writer) << file;
    EXPECT_EQ(writer.error().message, "history " + file.string() + ": " + std::string(want));
    EXPECT_FALSE(open_history_for_reading("sqlite:" + file.string()));
  }
  std::vector<std::string> warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }

  base::TemporaryFolder folder_;

 private:
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

TEST_F(SqliteHistory, IsMadeWithItsFolderForItsOwnerAndGroup) {
  for (const mode_t mask : {0000U, 0022U, 0077U}) {
    const fs::path file = path("made" + std::to_string(mask)) / "history.db";
    const mode_t old_mask = ::umask(mask);
    const auto history = open(file);
    record(*history, make_event(1));
    EXPECT_TRUE(history->flush(kLong));
    ::umask(old_mask);
    EXPECT_EQ(mode_of(file.parent_path()), 0750u);
    for (const char* const suffix : {"", "-wal", "-shm"})
      EXPECT_EQ(mode_of(file.string() + suffix), 0640u) << suffix;
  }
}

TEST_F(SqliteHistory, IsLeftWithTheModeThatItHas) {
  {
    open(path());
  }
  fs::permissions(path(), fs::perms(0600));
  fs::permissions(folder_.path(), fs::perms(0700));
  const auto history = open(path());
  EXPECT_EQ(mode_of(path()), 0600u);
  EXPECT_EQ(mode_of(path("history.db-wal")), 0600u);
  EXPECT_EQ(mode_of(folder_.path()), 0700u);
}

TEST_F(SqliteHistory, AnEmptyFileIsANewHistory) {
  write(path(), "");
  const auto history = open(path());
  record(*history, make_event(1));
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(must_query(url(path())), SizeIs(1));
}

TEST_F(SqliteHistory, APathIsOnlyAPath) {
  const fs::path old = fs::current_path();
  fs::current_path(folder_.path());
  for (const std::string name : {":memory:", "file:x?mode=memory", "a b%41#c?d.db", "\xFF.db", "-x"}) {
    {
      const auto history = open(name);
      record(*history, make_event(1));
      EXPECT_TRUE(history->flush(kLong));
    }
    EXPECT_TRUE(fs::exists(path(name))) << name;
    const auto reader = open_history_for_reading("sqlite:" + name);
    ASSERT_TRUE(reader) << name;
    EXPECT_THAT(must_query(**reader), SizeIs(1)) << name;
  }
  fs::current_path(old);
}

TEST_F(SqliteHistory, NeedsTheFolderAboveItsFolder) {
  expect_refused(path("a/b/history.db"), "neither its folder nor the folder above that is there");
  EXPECT_FALSE(fs::exists(path("a")));
}

struct FileRow {
  const char* name;
  std::string content;
  const char* want;
};

TEST_F(SqliteHistory, AFileOfAnotherKindIsLeftAsItIs) {
  using namespace std::string_literals;
  const FileRow rows[] = {
      {"short text", "hello", "it is no SQLite database"},
      {"one byte", "\0"s, "it is no SQLite database"},
      {"long text", std::string(10'000, 'x'), "it is no SQLite database"},
      {"zeros", std::string(8192, '\0'), "it is no SQLite database"},
      {"only the magic", "SQLite format 3\0"s, "it is no SQLite database"},
      {"the magic, then rubbish", "SQLite format 3\0"s + std::string(8192, 'x'), "it is no SQLite database"},
  };
  for (const auto& row : rows) {
    write(path(), row.content);
    SCOPED_TRACE(row.name);
    expect_refused(path(), row.want);
    EXPECT_TRUE(content(path()) == row.content);
    EXPECT_THAT(std::distance(fs::directory_iterator(folder_.path()), {}), 1) << "nothing is left beside it";
  }
}

TEST_F(SqliteHistory, AFolderOrPipeIsRefused) {
  fs::create_directory(path("folder.db"));
  expect_refused(path("folder.db"), "it is no plain file");
  ASSERT_EQ(::mkfifo(path("pipe.db").c_str(), 0600), 0);
  expect_refused(path("pipe.db"), "it is no plain file");
  write(path("file"), "x");
  expect_refused(path("file/history.db"), "it can't be opened: Not a directory");
}

TEST_F(SqliteHistory, AnotherProgramsDatabaseIsLeftAsItIs) {
  run_sql(path("table"), "CREATE TABLE event (a)");
  run_sql(path("version"), "PRAGMA user_version = 1; CREATE TABLE event (a)");
  run_sql(path("application"), "PRAGMA application_id = 7");
  run_sql(path("small"), "PRAGMA page_size = 512; PRAGMA application_id = 7");
  ASSERT_EQ(fs::file_size(path("small")), 512u) << "the smallest that there is";
  for (const char* const name : {"table", "version", "application", "small"}) {
    const std::string before = content(path(name));
    expect_refused(path(name), "it is another program's database");
    EXPECT_TRUE(content(path(name)) == before) << name;
  }
}

TEST_F(SqliteHistory, ANewerSchemaIsRefused) {
  {
    record(*open(path()), make_event(1));
  }
  run_sql(path(), "PRAGMA user_version = 6");
  const std::string before = content(path());
  expect_refused(
      path(), "it was made by a newer Backstop: its schema is version 6, this program knows those up to 5");
  EXPECT_TRUE(content(path()) == before);
}

TEST_F(SqliteHistory, AFileThatMayNotBeWrittenIsRefused) {
  if (!WithoutPrivileges::is_possible()) GTEST_SKIP() << "this process can't stop being root";
  {
    record(*open(path()), make_event(1));
  }
  fs::permissions(path(), fs::perms(0444));
  const WithoutPrivileges nobody;
  const auto history = open_history(settings(path()), nullptr);
  ASSERT_FALSE(history);
  EXPECT_THAT(history.error().message, EndsWith(": it may not be written to"));
  const auto reader = open_history_for_reading("sqlite:" + path().string());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_THAT(must_query(**reader), SizeIs(1));
}

TEST_F(SqliteHistory, AFolderThatMayNotBeWrittenIsRefused) {
  if (!WithoutPrivileges::is_possible()) GTEST_SKIP() << "this process can't stop being root";
  fs::permissions(folder_.path(), fs::perms(0555));
  {
    const WithoutPrivileges nobody;
    const auto history = open_history(settings(path()), nullptr);
    ASSERT_FALSE(history);
    EXPECT_THAT(history.error().message, EndsWith(": it can't be made: Permission denied"));
    const auto inner = open_history(settings(path("inner/history.db")), nullptr);
    ASSERT_FALSE(inner);
    EXPECT_THAT(inner.error().message, EndsWith(": its folder can't be made: Permission denied"));
  }
  fs::permissions(folder_.path(), fs::perms(0755));
}

TEST_F(SqliteHistory, AReaderMakesNothing) {
  const auto gone = open_history_for_reading("sqlite:" + path().string());
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, "history " + path().string() + ": there is no such file");
  EXPECT_FALSE(fs::exists(path()));
  write(path(), "");
  const auto empty = open_history_for_reading("sqlite:" + path().string());
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, EndsWith(": it holds no history yet"));
  EXPECT_EQ(fs::file_size(path()), 0u);
}

// A user of the group may read the file but not write beside it, whether or not the server runs.
TEST_F(SqliteHistory, AReaderNeedsNoRightToWrite) {
  if (!WithoutPrivileges::is_possible()) GTEST_SKIP() << "this process can't stop being root";
  for (const std::string name : {"history.db", "a b%41#c?d.db"}) {
    SCOPED_TRACE(name);
    const fs::path file = path(name);
    const fs::path log = file.string() + "-wal";
    auto history = open(file);
    record(*history, make_event(1));
    ASSERT_TRUE(history->flush(kLong));
    fs::permissions(folder_.path(), fs::perms(0555));
    for (const char* const suffix : {"", "-wal", "-shm"})
      fs::permissions(file.string() + suffix, fs::perms(0444));
    const auto read = [&] {
      const WithoutPrivileges nobody;
      const auto reader = open_history_for_reading(url(file));
      ASSERT_TRUE(reader) << reader.error().message;
      EXPECT_THAT(must_query(**reader), ElementsAre(make_event(1)));
    };
    read();
    fs::permissions(folder_.path(), fs::perms(0755));
    history.reset();
    fs::permissions(folder_.path(), fs::perms(0555));
    ASSERT_FALSE(fs::exists(log));
    read();
    fs::permissions(folder_.path(), fs::perms(0755));
  }
}

// The events in a log are not left out silently if the log can't be used.
TEST_F(SqliteHistory, AReaderNeedsTheLogThatIsThere) {
  if (!WithoutPrivileges::is_possible()) GTEST_SKIP() << "this process can't stop being root";
  const auto history = open(path());
  record(*history, make_event(1));
  ASSERT_TRUE(history->flush(kLong));
  fs::create_directory(path("copy"));
  const fs::path copy = path("copy") / "history.db";
  for (const char* const suffix : {"", "-wal"}) {
    fs::copy_file(path().string() + suffix, copy.string() + suffix);
    fs::permissions(copy.string() + suffix, fs::perms(0444));
  }
  fs::permissions(copy.parent_path(), fs::perms(0555));
  {
    const WithoutPrivileges nobody;
    EXPECT_FALSE(open_history_for_reading(url(copy)));
  }
  fs::permissions(copy.parent_path(), fs::perms(0755));
  EXPECT_THAT(must_query(url(copy)), SizeIs(1)) << "nothing else is wrong with it";
}

TEST_F(SqliteHistory, OpensALockedFile) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto history = open(path());
  record(*history, make_event(1));
  EXPECT_FALSE(history->flush(milliseconds(400)));
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(must_query(url(path())), ElementsAre(make_event(1)));
}

/// What happens to the file while a server runs, between two events.
struct MoveRow {
  const char* name;
  std::function<void(const fs::path& file)> act;
  std::function<void(const fs::path& file)> undo;  ///< set if nothing can be written before it
};

TEST_F(SqliteHistory, AFileThatGoesAwayIsBegunAnew) {
  const MoveRow rows[] = {
      {"deleted", [](const fs::path& file) { fs::remove(file); }, nullptr},
      {"deleted with its log",
       [](const fs::path& file) {
         for (const char* const suffix : {"", "-wal", "-shm"}) fs::remove(file.string() + suffix);
       },
       nullptr},
      {"moved away", [](const fs::path& file) { fs::rename(file, file.string() + ".1"); }, nullptr},
      {"deleted with its folder", [](const fs::path& file) { fs::remove_all(file.parent_path()); }, nullptr},
      {"a file in the place of its folder",
       [](const fs::path& file) {
         fs::remove_all(file.parent_path());
         write(file.parent_path(), "x");
       },
       [](const fs::path& file) { fs::remove(file.parent_path()); }},
      {"text in its place",
       [](const fs::path& file) {
         fs::remove(file);
         write(file, "not yours");
       },
       [](const fs::path& file) {
         EXPECT_EQ(content(file), "not yours");
         fs::remove(file);
       }},
  };
  int number = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const fs::path file = path("folder" + std::to_string(number++)) / "history.db";
    const std::size_t warnings_before = warnings().size();
    const auto history = open(file);
    record(*history, make_event(1));
    history->add(one_left());
    ASSERT_TRUE(history->flush(kLong));
    const auto reader = must_open_for_reading(url(file));
    EXPECT_THAT(must_query(*reader), SizeIs(1));
    row.act(file);
    record(*history, make_event(2));
    history->add(one_left("a.example"));
    ASSERT_EQ(history->flush(row.undo ? milliseconds(50) : kLong), !row.undo);
    if (row.undo) row.undo(file);
    ASSERT_TRUE(history->flush(kLong));
    EXPECT_THAT(must_query(*reader), ElementsAre(make_event(2))) << "a reader follows";
    EXPECT_THAT(must_read_sums(url(file)), ElementsAre(one_left("a.example")));
    ASSERT_GT(warnings().size(), warnings_before);
    EXPECT_EQ(warnings()[warnings_before],
              "history " + file.string() + ": the file is gone from its place; a new one is begun");
    EXPECT_EQ(history->counters().lost, 0u);
  }
}

TEST_F(SqliteHistory, RowsDeletedByHandDoNoHarm) {
  const auto history = open(path());
  for (int i = 0; i < 3; ++i) record(*history, make_event(i));
  ASSERT_TRUE(history->flush(kLong));
  run_sql(path(), "DELETE FROM event");
  for (int i = 3; i < 5; ++i) record(*history, make_event(i));
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(must_query(url(path())), SizeIs(2));
  EXPECT_THAT(must_query(url(path()), {.address = "ann1@example.org"}), IsEmpty());
  EXPECT_THAT(must_query(url(path()), {.address = "ann4@example.org"}), SizeIs(1));
}

TEST_F(SqliteHistory, TheLogDoesNotGrowWithTheHistory) {
  const auto history = open(path());
  for (int i = 0; i < 20'000; ++i) record(*history, make_event(i));
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_LT(fs::file_size(path("history.db-wal")), 20'000'000u);
  EXPECT_GT(fs::file_size(path()), 10'000'000u);
}

struct IndexRow {
  const char* name;
  HistoryFilter filter;
  const char* want_index;
};

std::string plan_of(Database& database, const HistoryFilter& filter) {
  auto plan = database.prepare("EXPLAIN QUERY PLAN " + search_sql(filter));
  EXPECT_TRUE(plan) << plan.error().message;
  std::string text;
  for (auto row = plan->step(); row && *row; row = plan->step()) text.append(plan->text(3)).append("; ");
  return text;
}

// Each search walks an index in the order of its result, so that it ends at `most`.
TEST_F(SqliteHistory, SearchesUseAnIndex) {
  {
    open(path());
  }
  auto database = open_for_reading(path(), milliseconds(100));
  ASSERT_TRUE(database);
  const IndexRow rows[] = {
      {"all", {}, "event_time"},
      {"since", {.since = kThen}, "event_time"},
      {"kind", {.kind = "dsn-failed"}, "event_time"},
      {"responses", {.is_response = true}, "event_time"},
      {"untagged", {.is_untagged = true}, "event_untagged"},
      {"contradiction", {.is_contradiction = true}, "event_contradiction"},
      {"client", {.client = "192.0.2.1"}, "event_client"},
      {"client and time", {.since = kThen, .until = kThen, .client = "192.0.2.1"}, "event_client"},
      {"address", {.address = "ann@example.org"}, "event_address_address"},
      {"address and more",
       {.since = kThen, .address = "ann@example.org", .client = "x"},
       "event_address_address"},
      {"recorded", {.recorded = RecordedRange{5, 9}}, "event USING INTEGER PRIMARY KEY"},
      {"recorded, of an address",
       {.recorded = RecordedRange{5, 9}, .address = "ann@example.org"},
       "event_address USING INTEGER PRIMARY KEY"},
      {"recorded, and more",
       {.recorded = RecordedRange{5, 9}, .since = kThen, .client = "x", .cause = "x", .is_untagged = true},
       "event USING INTEGER PRIMARY KEY"},
  };
  for (const auto& row : rows) {
    const std::string plan = plan_of(*database, row.filter);
    EXPECT_THAT(plan, HasSubstr(row.want_index)) << row.name;
    EXPECT_THAT(plan, testing::Not(HasSubstr("TEMP B-TREE"))) << row.name << ": " << plan;
  }
  EXPECT_THAT(plan_of(*database, {.id = "a"}), HasSubstr("event_id")) << "few rows, which are sorted";
  EXPECT_THAT(plan_of(*database, {.id_prefix = "a"}), HasSubstr("event_id"));
}

}  // namespace
}  // namespace backstop::store::sqlite
