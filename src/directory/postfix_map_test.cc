#include "directory/postfix_map.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::directory {
namespace {

using testing::ElementsAre;

using Strings = std::vector<std::string>;

Strings entries(std::string_view text) {
  Strings all;
  PostfixMap map(text);
  while (const auto entry = map.next()) all.push_back(fmt::format("{}: {}", entry->line, entry->text));
  return all;
}

Strings words(std::string_view text) {
  Strings all;
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) all.emplace_back(word);
  return all;
}

struct Row {
  const char* name;
  std::string_view text;
  Strings want;
};

const Row kEntries[] = {
    {"nothing", "", {}},
    {"comments alone", "# a\n\n  # b\n", {}},
    {"one", "a b\n", {"1: a b "}},
    {"without a line end", "a b", {"1: a b "}},
    {"CRLF", "a b\r\nc d\r\n", {"1: a b ", "2: c d "}},
    {"goes on", "a b,\n\tc\nd e\n", {"1: a b, \tc ", "3: d e "}},
    {"goes on behind a comment", "a b,\n# no\n\n c\n", {"1: a b,  c "}},
    {"goes on where nothing began", "#\n a b\nc d\n", {"2:  a b ", "3: c d "}},
    {"comments between", "# x\na b\n# y\nc d\n", {"2: a b ", "4: c d "}},
    {"a # that begins no line", "a #b\n", {"1: a #b "}},
};

TEST(PostfixMap, Entries) {
  for (const auto& row : kEntries) EXPECT_EQ(entries(row.text), row.want) << row.name;
}

TEST(PostfixMap, Words) {
  EXPECT_THAT(words(" a,b\tc\r\n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(words(R"("a b"@c "d\" e" "f)"), ElementsAre(R"("a b"@c)", R"("d\" e")", "\"f"));
  EXPECT_EQ(without_brackets("<a@b>"), "a@b");
  EXPECT_EQ(without_brackets("<"), "<");
  EXPECT_EQ(without_brackets("<a"), "<a");
}

TEST(PostfixMap, DomainLines) {
  for (const std::string_view domain : {"example.org",
                                        "B\xC3\xBC"
                                        "cher.example"})
    EXPECT_TRUE(is_domain_line(domain));
  for (const std::string_view other : {"", "ann", "@example.org", "ann@example.org", "/^x$/", ".example.org"})
    EXPECT_FALSE(is_domain_line(other)) << other;
}

TEST(MapFindings, ShowsTheFirstOnes) {
  MapFindings found;
  for (std::size_t i = 0; i < MapFindings::kMostFindings + 2; ++i) found.mistake(i + 1, "x");
  EXPECT_EQ(found.findings.size(), MapFindings::kMostFindings);
  EXPECT_EQ(found.findings.back().line, MapFindings::kMostFindings);
  EXPECT_EQ(found.mistakes, MapFindings::kMostFindings + 2);
}

}  // namespace
}  // namespace backstop::directory
