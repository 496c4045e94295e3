// docs/history.md has the tables as they are made.
#include "store/sqlite/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "store/history_place_test.h"

namespace backstop::store::sqlite {
namespace {

/// The block of SQL of the page.
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

/// Without line ends, and without spaces at parentheses.
std::string plain(std::string_view sql) {
  std::istringstream words{std::string(sql)};
  std::string out;
  for (std::string word; words >> word;) {
    if (!out.empty() && !out.ends_with('(') && word != "(" && !word.starts_with('(')) out += ' ';
    out += word;
  }
  return out;
}

/// What makes each table and index, by its name.
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

  const TestFolder folder;
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
  history->record(make_event(1));
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(must_query(*history), testing::ElementsAre(make_event(1)));
}

}  // namespace
}  // namespace backstop::store::sqlite
