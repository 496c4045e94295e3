// That the program loads what the build compiled, and compiles for itself what doesn't fit.
#include "response/phrase_databases.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <hs/hs.h>

#include <string>
#include <vector>

#include "response/fixture_files_test.h"
#include "response/phrase_tables.h"
#include "response/phrases.h"
#include "response/reader.h"

namespace {

// The tables have hundreds of phrases each, the sets of the unit tests a few.
constexpr unsigned kTable = 50;
unsigned compiled_tables = 0;

}  // namespace

// Stands before the library's function and counts.
extern "C" hs_error_t HS_CDECL hs_compile_lit_multi(const char* const* expressions, const unsigned* flags,
                                                    const unsigned* ids, const size_t* lens,
                                                    unsigned elements, unsigned mode,
                                                    const hs_platform_info_t* platform, hs_database_t** db,
                                                    hs_compile_error_t** error) {
  static const auto compile =
      reinterpret_cast<decltype(&hs_compile_lit_multi)>(dlsym(RTLD_NEXT, "hs_compile_lit_multi"));
  if (elements > kTable) ++compiled_tables;
  return compile(expressions, flags, ids, lens, elements, mode, platform, db, error);
}

namespace backstop::response {
namespace {

using Phrases = std::vector<std::string_view>;

std::string compiled(const Phrases& phrases) {
  std::string databases;
  PhraseSet::append_compiled(phrases, databases);
  return databases;
}

// Returns where the phrases end in the text.
std::vector<std::uint32_t> ends(const PhraseSet& set, std::string_view text) {
  const auto scratch = set.make_scratch();
  std::vector<PhraseHit> hits;
  set.find(text, *scratch, hits);
  std::vector<std::uint32_t> all;
  for (const auto& hit : hits) all.push_back(hit.end);
  return all;
}

TEST(PhraseDatabases, AllTablesAreBuilt) {
  ASSERT_FALSE(built_databases().empty());
  const auto tables = phrase_tables();
  EXPECT_GE(tables.size(), 3U);
  for (const auto& table : tables) EXPECT_TRUE(PhraseSet(table).is_loaded()) << table.front();
}

TEST(PhraseDatabases, NoMailNeedsACompiler) {
  ASSERT_FALSE(built_databases().empty());
  Reader reader;
  std::size_t responses = 0;
  for (const auto& file : fixture_mails()) {
    if (reader.read(read_file(file)).kind != Kind::None) ++responses;
  }
  EXPECT_GT(responses, 100U);
  EXPECT_EQ(compiled_tables, 0U) << "a set is not listed in phrase_tables()";
}

TEST(PhraseDatabases, ACompiledTableIsCounted) {
  const unsigned before = compiled_tables;
  EXPECT_FALSE(PhraseSet(phrase_tables().front(), {}).is_loaded());
  EXPECT_EQ(compiled_tables, before + 1);
  compiled_tables = before;
}

// What was loaded and what was compiled here find the same in every fixture.
TEST(PhraseDatabases, FindTheSameAsACompiler) {
  std::size_t found = 0;
  const unsigned before = compiled_tables;
  for (const auto& table : phrase_tables()) {
    const PhraseSet loaded(table);
    const PhraseSet made(table, {});
    ASSERT_TRUE(loaded.is_loaded());
    ASSERT_FALSE(made.is_loaded());
    for (const auto& file : fixture_mails()) {
      const std::string mail = read_file(file);
      const auto want = ends(made, mail);
      found += want.size();
      EXPECT_EQ(ends(loaded, mail), want) << file.filename();
    }
  }
  EXPECT_GT(found, 1000U);
  compiled_tables = before;
}

const Phrases kPhrases = {"mailbox full", "für", "one"};
constexpr std::string_view kText = "FÜR one: Mailbox full";
const std::vector<std::uint32_t> kEnds = {4, 8, 22};

struct LoadedRow {
  const char* name;
  std::string databases;
};

TEST(PhraseDatabases, AreLoaded) {
  const LoadedRow rows[] = {
      {"alone", compiled(kPhrases)},
      {"behind another", compiled({"two"}) + compiled(kPhrases)},
      {"before one that is cut", compiled(kPhrases) + compiled({"two"}).substr(0, 100)},
  };
  for (const auto& row : rows) {
    const PhraseSet set(kPhrases, row.databases);
    EXPECT_TRUE(set.is_loaded()) << row.name;
    EXPECT_EQ(ends(set, kText), kEnds) << row.name;
  }
}

// Returns the databases with one byte changed.
std::string with_byte(std::string databases, std::size_t at) {
  databases.at(at) = static_cast<char>(databases.at(at) ^ 0x10);
  return databases;
}

TEST(PhraseDatabases, AreCompiledIfTheyDoNotFit) {
  const std::string databases = compiled(kPhrases);
  // Hyperscan's header is its magic number, its version, the length, and the processor.
  const auto found = find_database(kPhrases, databases);
  ASSERT_TRUE(found);
  const auto start = static_cast<std::size_t>(found->serialized.data() - databases.data());
  const LoadedRow rows[] = {
      {"none", ""},
      {"another table", compiled({"two"})},
      {"the same phrases in another order", compiled({"one", "für", "mailbox full"})},
      {"phrases that run together", compiled({"mailbox full", "fürone"})},
      {"no database of Hyperscan", with_byte(databases, start)},
      {"another version of Hyperscan", with_byte(databases, start + 5)},
      {"another processor", with_byte(databases, start + 12)},
      {"damaged", with_byte(databases, start + 64)},
      {"cut in the head", databases.substr(0, 10)},
      {"cut in the spellings", databases.substr(0, start - 1)},
      {"cut in the database", databases.substr(0, databases.size() - 1)},
  };
  for (const auto& row : rows) {
    const PhraseSet set(kPhrases, row.databases);
    EXPECT_FALSE(set.is_loaded()) << row.name;
    EXPECT_EQ(ends(set, kText), kEnds) << row.name;
  }
}

TEST(PhraseDatabases, NoPhrasesMakeNone) {
  EXPECT_EQ(compiled({}), "");
}

}  // namespace
}  // namespace backstop::response
