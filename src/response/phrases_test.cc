#include "response/phrases.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace backstop::response {

void PrintTo(const PhraseHit& hit, std::ostream* out) {
  *out << "{" << hit.phrase << ", " << hit.begin << ", " << hit.end << "}";
}

bool operator==(const PhraseHit& a, const PhraseHit& b) {
  return std::tie(a.phrase, a.begin, a.end) == std::tie(b.phrase, b.begin, b.end);
}

namespace {

std::vector<PhraseHit> find(const std::vector<std::string_view>& phrases, std::string_view text) {
  const PhraseSet set(phrases);
  const auto scratch = set.make_scratch();
  std::vector<PhraseHit> hits{{99, 99, 99}};
  set.find(text, *scratch, hits);
  return hits;
}

using namespace std::string_view_literals;

struct Row {
  const char* name;
  std::vector<std::string_view> phrases;
  std::string_view text;
  std::vector<PhraseHit> want_hits;
};

TEST(Phrases, AreFound) {
  const Row rows[] = {
      {"alone", {"mailbox full"}, "mailbox full", {{0, 0, 12}}},
      {"ASCII in either case", {"mailbox full"}, "MAILBOX Full", {{0, 0, 12}}},
      {"the first of two", {"full"}, "full, full", {{0, 0, 4}}},
      {"in the order in which they end", {"b c", "a"}, "a b c", {{1, 0, 1}, {0, 2, 5}}},
      {"one within the other", {"unknown!", "user unknown"}, "user unknown!", {{1, 0, 12}, {0, 5, 13}}},
      {"start of a word, not its end", {"deliver"}, "delivering", {{0, 0, 7}}},
      {"word start where an earlier one is within a word", {"user"}, "superuser user", {{0, 10, 14}}},
      {"phrase that starts with no letter", {"#5"}, "a#5", {{0, 1, 3}}},
      {"after a letter beyond ASCII", {"退信"}, "系统退信", {{0, 6, 12}}},
      {"Latin after another script", {"smtp"}, "错误smtp", {{0, 6, 10}}},
      {"characters that patterns use", {"a.*(b)?|c"}, "x a.*(b)?|c", {{0, 2, 11}}},
      {"behind NUL bytes", {"full"}, "\0\0full\0"sv, {{0, 2, 6}}},
      {"with a line end in the text", {"a b"}, "a\nb a b", {{0, 4, 7}}},
      {"umlaut as written", {"für"}, "für", {{0, 0, 4}}},
      {"umlaut with ASCII in another case", {"für"}, "FüR", {{0, 0, 4}}},
      {"first letter large", {"ücken"}, "Ücken", {{0, 0, 6}}},
      {"all large", {"zustellung für"}, "ZUSTELLUNG FÜR", {{0, 0, 15}}},
      {"Cyrillic, first letter large", {"недоставленное"}, "Недоставленное", {{0, 0, 28}}},
      {"Cyrillic, all large", {"сбой"}, "СБОЙ", {{0, 0, 8}}},
      {"Greek, all large", {"παράδοση"}, "ΠΑΡΆΔΟΣΗ", {{0, 0, 16}}},
      {"all large may be longer", {"groß"}, "GROSS", {{0, 0, 5}}},
  };
  for (const Row& row : rows) EXPECT_EQ(find(row.phrases, row.text), row.want_hits) << row.name;
}

TEST(Phrases, AreNotFound) {
  const Row rows[] = {
      {"empty text", {"a"}, "", {}},
      {"only NUL bytes", {"a"}, "\0\0\0"sv, {}},
      {"no phrases", {}, "some text", {}},
      {"within a word", {"user"}, "superuser", {}},
      {"after a digit", {"550 no"}, "1550 no", {}},
      {"with another space", {"a b"}, "a  b", {}},
      {"cut", {"mailbox full"}, "mailbox ful", {}},
      {"case in the middle of a word beyond ASCII", {"für grün"}, "für grÜn", {}},
  };
  for (const Row& row : rows) EXPECT_EQ(find(row.phrases, row.text), row.want_hits) << row.name;
}

TEST(Phrases, ScratchServesManyTexts) {
  const std::vector<std::string_view> phrases = {"one", "two"};
  const PhraseSet set(phrases);
  const auto scratch = set.make_scratch();
  std::vector<PhraseHit> hits;
  for (int round = 0; round < 3; ++round) {
    set.find("one two one", *scratch, hits);
    EXPECT_EQ(hits, (std::vector<PhraseHit>{{0, 0, 3}, {1, 4, 7}}));
    set.find("three", *scratch, hits);
    EXPECT_TRUE(hits.empty());
  }
}

TEST(PhrasesDeathTest, AnEmptyPhraseIsAMistakeInATable) {
  const std::vector<std::string_view> phrases = {"a", ""};
  EXPECT_DEATH(PhraseSet{phrases}, "an empty phrase");
}

}  // namespace
}  // namespace backstop::response
