// What must hold for every row of the format table, so that a new row can't do harm, and that each row reads
// a fixture.
#include "response/formats.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "response/fixture_files_test.h"
#include "response/phrases.h"
#include "response/reader.h"
#include "response/report_phrases.h"

namespace backstop::response {
namespace {

std::vector<std::string_view> phrases_of(std::string_view list) {
  std::vector<std::string_view> all;
  for_each_phrase(list, [&](std::string_view phrase) { all.push_back(phrase); });
  return all;
}

// Returns why a phrase can never match or matches too often, or an empty string.
std::string unsoundness(std::string_view phrase) {
  if (phrase.size() < 4) return "too short";
  if (!base::is_utf8(phrase)) return "no UTF-8";
  if (phrase != base::to_lower(phrase)) return "not in lower case";
  if (phrase != base::trim(phrase)) return "white space at an end";
  // White space and line ends are single spaces in the text that is searched.
  if (phrase.find("  ") != std::string_view::npos) return "two spaces";
  if (phrase.find_first_of("\t\r\n") != std::string_view::npos) return "white space that is no space";
  return {};
}

TEST(Formats, PhrasesAreLiteralsThatCanMatch) {
  for (const auto& row : bounce_formats()) {
    for (const auto list : {row.signature, row.begin, row.end, row.diagnostic_begin}) {
      for (const auto phrase : phrases_of(list)) {
        EXPECT_EQ(unsoundness(phrase), "") << row.name << ": \"" << phrase << "\"";
      }
    }
  }
}

TEST(Formats, EachHasANameOfItsOwnAndASignature) {
  std::set<std::string_view> names;
  for (const auto& row : bounce_formats()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.signature.empty()) << row.name;
    EXPECT_TRUE(row.kind == Kind::DsnFailed || row.kind == Kind::DsnDelivered) << row.name;
  }
  EXPECT_GT(names.size(), 50U);
}

// A row above takes every mail that has its signature.
TEST(Formats, NoSignatureBeginsWithOneOfARowAbove) {
  const auto rows = bounce_formats();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t above = 0; above < i; ++above) {
      for (const auto phrase : phrases_of(rows[i].signature)) {
        for (const auto other : phrases_of(rows[above].signature)) {
          EXPECT_FALSE(phrase.starts_with(other))
              << rows[i].name << " below " << rows[above].name << ": " << phrase;
        }
      }
    }
  }
}

TEST(Formats, RecipientPatternsCompileAndHaveTheAddressInAGroup) {
  for (const auto& row : bounce_formats()) {
    if (row.recipient.empty()) continue;
    std::string pattern(row.recipient);
    if (const auto at = pattern.find("ADDR"); at != std::string::npos) pattern.replace(at, 4, "\\S+@\\S+");
    const RE2 compiled(pattern, RE2::Quiet);
    EXPECT_TRUE(compiled.ok()) << row.name << ": " << compiled.error();
    EXPECT_GE(compiled.NumberOfCapturingGroups(), 1) << row.name;
    EXPECT_EQ(pattern.find("ADDR"), std::string::npos) << row.name << " has two addresses";
  }
}

struct PhraseTable {
  const char* name;
  std::span<const std::string_view> phrases;
};

TEST(ReportPhrases, AreLiteralsThatCanMatch) {
  const PhraseTable tables[] = {{"failures", failure_phrases()},
                                {"delays", delay_phrases()},
                                {"markers of originals", original_markers()},
                                {"failure subjects", failure_subjects()},
                                {"delay subjects", delay_subjects()}};
  for (const auto& table : tables) {
    EXPECT_GT(table.phrases.size(), 15U) << table.name;
    std::set<std::string_view> seen;
    for (const auto phrase : table.phrases) {
      EXPECT_EQ(unsoundness(phrase), "") << table.name << ": \"" << phrase << "\"";
      EXPECT_TRUE(seen.insert(phrase).second) << table.name << ": \"" << phrase << "\" stands twice";
    }
  }
}

TEST(Formats, EachReadsAFixture) {
  std::map<std::string_view, int> fixtures;
  for (const auto& row : bounce_formats()) fixtures[row.name] = 0;
  Reader reader;
  for (const auto& file : fixture_mails()) {
    const auto response = reader.read(read_file(file));
    const auto format = response.format;
    if (format.empty() || !is_dsn(response.kind)) continue;
    ASSERT_TRUE(fixtures.contains(format)) << file;
    ++fixtures[format];
  }
  for (const auto& [name, count] : fixtures) EXPECT_GT(count, 0) << name << " has no fixture";
}

}  // namespace
}  // namespace backstop::response
