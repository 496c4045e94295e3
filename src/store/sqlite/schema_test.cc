// docs/history.md has the tables as they are made.
#include "store/sqlite/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "store/history_fixture.h"

namespace backstop::store::sqlite {
namespace {

/// Returns the page's block of SQL.
std::string documented_sql() {
  std::ifstream file(std::string(BACKSTOP_SOURCE_DIR) + "/docs/history.md");
  EXPECT_TRUE(file);
  std::ostringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  const std::string begin = "```sql\n";
  const auto at = page.find(begin);
  EXPECT_NE(at, std::string::npos);
  const auto from = at + begin.size();
  return page.substr(from, page.find("```", from) - from);
}

/// Returns `sql` without line ends, and without spaces beside parentheses.
std::string plain(std::string_view sql) {
  std::istringstream words{std::string(sql)};
  std::string out;
  for (std::string word; words >> word;) {
    if (!out.empty() && !out.ends_with('(') && word != "(" && !word.starts_with('(')) out += ' ';
    out += word;
  }
  return out;
}

/// Returns the SQL that makes each table and index, by its name.
std::map<std::string, std::string> schema_of(Database& database) {
  auto statement = database.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  EXPECT_TRUE(statement);
  std::map<std::string, std::string> schema;
  for (auto row = statement->step(); row && *row; row = statement->step()) {
    schema.emplace(statement->text(0), plain(statement->text(1)));
  }
  return schema;
}

TEST(Schema, IsTheOneOfThePage) {
  const SqlitePlace made;
  auto ours = open_for_writing(made.path(), std::chrono::milliseconds(100));
  ASSERT_TRUE(ours) << ours.error().message;

  const base::TemporaryFolder folder;
  const std::string path = folder.path() / "documented.db";
  std::ofstream(path).close();
  auto theirs = Database::open(path, Database::Mode::Write, std::chrono::milliseconds(100));
  ASSERT_TRUE(theirs) << theirs.error().message;
  ASSERT_TRUE(theirs->run(documented_sql().c_str()));

  EXPECT_EQ(schema_of(*ours), schema_of(*theirs));
  EXPECT_EQ(schema_of(*ours).size(), kSchema.size() + 1) << "and sqlite_sequence";
  for (const char* const pragma : {"PRAGMA application_id", "PRAGMA user_version", "PRAGMA auto_vacuum"}) {
    EXPECT_EQ(*ours->number(pragma), *theirs->number(pragma)) << pragma;
    EXPECT_NE(*ours->number(pragma), 0) << pragma;
  }
}

TEST(Schema, AFileMadeByThePageIsAHistory) {
  const SqlitePlace place;
  std::ofstream(place.path()).close();
  {
    auto theirs = Database::open(place.path(), Database::Mode::Write, std::chrono::milliseconds(100));
    ASSERT_TRUE(theirs);
    ASSERT_TRUE(theirs->run(documented_sql().c_str()));
  }
  const auto history = must_open({.url = place.url(), .keep = std::chrono::hours(0)});
  record(*history, make_event(1));
  history->add(one_left());
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(must_query(place.url()), testing::ElementsAre(make_event(1)));
  EXPECT_THAT(must_read_sums(place.url()), testing::ElementsAre(one_left()));
}

// The tables as version 1 had them, with an event.
constexpr const char* kVersion1 =
    "PRAGMA auto_vacuum = INCREMENTAL;"
    "CREATE TABLE event (number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, id TEXT NOT NULL, "
    "gateway TEXT NOT NULL, direction TEXT NOT NULL, client TEXT NOT NULL, helo TEXT NOT NULL, "
    "reverse_path TEXT NOT NULL, recipients TEXT NOT NULL, size INTEGER NOT NULL, message_id TEXT NOT NULL, "
    "kind TEXT NOT NULL, reporting_mta TEXT NOT NULL, original_message_id TEXT NOT NULL, "
    "evidence TEXT NOT NULL, origin TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, "
    "explanation TEXT NOT NULL, stage TEXT NOT NULL, done TEXT NOT NULL, next_stage TEXT NOT NULL, "
    "reply TEXT NOT NULL, took INTEGER NOT NULL, client_gone INTEGER NOT NULL);"
    "CREATE INDEX event_time ON event (time);"
    "CREATE INDEX event_client ON event (client, time);"
    "CREATE INDEX event_id ON event (id);"
    "CREATE TABLE event_address (place INTEGER PRIMARY KEY, address TEXT NOT NULL, time INTEGER NOT NULL);"
    "CREATE INDEX event_address_address ON event_address (address, time);"
    "INSERT INTO event VALUES (1, 5, 'old', 'in', 'inbound', '192.0.2.1', 'mx', '', '[\"ann@example.org\"]', "
    "9, "
    "'', 'dsn-failed', '', '', '[]', 'unproven', 'refuse', 'unproven', 'Why.', 'reject', 'refused', '', "
    "'550', "
    "3, 0);"
    "INSERT INTO event_address VALUES (65536, 'ann@example.org', 5);"
    "PRAGMA application_id = 1114329972; PRAGMA user_version = 1;";

// What made version 2 of it; the event has got its two values.
constexpr const char* kToVersion2 =
    "ALTER TABLE event ADD COLUMN certainty TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE event ADD COLUMN tag TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX event_untagged ON event (time) WHERE tag GLOB 'none*' AND reverse_path <> '';"
    "UPDATE event SET certainty = 'structural', tag = 'key-3';"
    "PRAGMA user_version = 2;";

// What made version 3 of that.
constexpr const char* kToVersion3 =
    "ALTER TABLE event RENAME COLUMN reason TO cause; PRAGMA user_version = 3;";

// What made version 4 of that.
constexpr const char* kToVersion4 =
    "ALTER TABLE event ADD COLUMN contradiction INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX event_contradiction ON event (time) WHERE contradiction <> 0;"
    "CREATE TABLE day_sum (domain TEXT NOT NULL, day INTEGER NOT NULL, left INTEGER NOT NULL, "
    "watermark INTEGER NOT NULL, dkim INTEGER NOT NULL, message INTEGER NOT NULL, tag INTEGER NOT NULL, "
    "genuine INTEGER NOT NULL, contradictions INTEGER NOT NULL, unproven INTEGER NOT NULL, "
    "PRIMARY KEY (domain, day)) WITHOUT ROWID;"
    "CREATE INDEX day_sum_day ON day_sum (day);"
    "PRAGMA user_version = 4;";

struct OldFile {
  const char* name;
  std::int64_t version;
  std::string sql;
  std::string want_certainty;
  std::string want_tag;
};

const std::vector<OldFile>& old_files() {
  static const std::vector<OldFile> files = {
      {"version 1", 1, kVersion1, "", ""},
      {"version 2", 2, std::string(kVersion1) + kToVersion2, "structural", "key-3"},
      {"version 3", 3, std::string(kVersion1) + kToVersion2 + kToVersion3, "structural", "key-3"},
      {"version 4", 4, std::string(kVersion1) + kToVersion2 + kToVersion3 + kToVersion4, "structural",
       "key-3"},
  };
  return files;
}

void make_old_file(const SqlitePlace& place, const OldFile& file) {
  std::ofstream(place.path()).close();
  auto old = Database::open(place.path(), Database::Mode::Write, std::chrono::milliseconds(100));
  ASSERT_TRUE(old) << old.error().message;
  ASSERT_TRUE(old->run(file.sql.c_str()));
}

TEST(Schema, AReaderLeavesAnOlderFileAsItIs) {
  for (const OldFile& file : old_files()) {
    SCOPED_TRACE(file.name);
    const SqlitePlace place;
    make_old_file(place, file);
    const auto reader = open_history_for_reading(place.url());
    ASSERT_FALSE(reader);
    EXPECT_THAT(reader.error().message,
                testing::HasSubstr("it was made by an older Backstop; `backstop serve` "
                                   "upgrades it when it starts"));
    auto still = Database::open(place.path(), Database::Mode::Read, std::chrono::milliseconds(100));
    ASSERT_TRUE(still);
    EXPECT_EQ(*still->number("PRAGMA user_version"), file.version);
  }
}

TEST(Schema, AWriterUpgradesAnOlderFile) {
  for (const OldFile& file : old_files()) {
    SCOPED_TRACE(file.name);
    const SqlitePlace place;
    make_old_file(place, file);
    Event left = make_event(1);
    left.reverse_path = "ann@example.org";
    left.tag = "none (why)";
    {
      const auto history = must_open({.url = place.url(), .keep = std::chrono::hours(0)});
      record(*history, left);
      history->add(one_left());
      ASSERT_TRUE(history->flush(kLong));
    }
    const auto events = must_query(place.url());
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0], left);
    const Event& old = events[1];
    EXPECT_EQ(old.id, "old");
    EXPECT_EQ(old.direction, Direction::Inbound);
    EXPECT_EQ(old.verdict, Verdict::Refuse);
    EXPECT_EQ(old.cause, "unproven");
    EXPECT_EQ(old.done, Done::Refused);
    EXPECT_EQ(old.certainty, file.want_certainty);
    EXPECT_EQ(old.tag, file.want_tag);
    EXPECT_FALSE(old.contradiction);
    EXPECT_EQ(old.origin_cause, "");
    EXPECT_EQ(old.facts, Facts());
    EXPECT_THAT(old.recipients, testing::ElementsAre("ann@example.org"));
    EXPECT_THAT(must_query(place.url(), {.cause = "unproven"}), testing::ElementsAre(old));
    EXPECT_THAT(must_query(place.url(), {.is_untagged = true}), testing::ElementsAre(left));
    EXPECT_THAT(must_query(place.url(), {.address = "ann@example.org"}), testing::ElementsAre(left, old));
    EXPECT_THAT(must_query(place.url(), {.is_contradiction = true}), testing::ElementsAre(left));
    EXPECT_THAT(must_read_sums(place.url()), testing::ElementsAre(one_left()));

    // Its tables are those of a new file.
    const SqlitePlace fresh;
    auto upgraded = open_for_writing(place.path(), std::chrono::milliseconds(100));
    auto made = open_for_writing(fresh.path(), std::chrono::milliseconds(100));
    ASSERT_TRUE(upgraded);
    ASSERT_TRUE(made);
    EXPECT_EQ(schema_of(*upgraded), schema_of(*made));
    EXPECT_EQ(*upgraded->number("PRAGMA user_version"), kSchemaVersion);
  }
}

}  // namespace
}  // namespace backstop::store::sqlite
