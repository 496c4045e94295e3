#include "intake/aliases.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::intake {
namespace {

using testing::ElementsAre;

using Strings = std::vector<std::string>;

struct Row {
  const char* name;
  std::string_view text;
  std::string_view owner;
  Strings want;
};

const Row kRows[] = {
    {"one", "info@example.org ann@example.org\n", "ann@example.org", {"info@example.org"}},
    {"no line end", "info@example.org ann@example.org", "ann@example.org", {"info@example.org"}},
    {"CRLF", "info@example.org\tann@example.org\r\n", "ann@example.org", {"info@example.org"}},
    {"another owner", "info@example.org ann@example.org", "ben@example.org", {}},
    {"several destinations",
     "all@example.org ann@example.org, ben@example.org,carl@example.org dan@example.org",
     "dan@example.org",
     {"all@example.org"}},
    {"several aliases",
     "b@example.org ann@example.org\na@example.org ann@example.org",
     "ann@example.org",
     {"a@example.org", "b@example.org"}},
    {"twice",
     "a@example.org ann@example.org\na@example.org ann@example.org",
     "ann@example.org",
     {"a@example.org"}},
    {"goes on in the next line",
     "info@example.org ben@example.org,\n  ann@example.org\n",
     "ann@example.org",
     {"info@example.org"}},
    {"a comment within an entry",
     "info@example.org\n # no entry\n\n\tann@example.org",
     "ann@example.org",
     {"info@example.org"}},
    {"a comment", "#info@example.org ann@example.org", "ann@example.org", {}},
    {"upper case", "Info@EXAMPLE.org Ann@Example.ORG", "ann@example.org", {"info@example.org"}},
    {"U-label",
     "info@b\xC3\xBC"
     "cher.example ann@example.org",
     "ann@example.org",
     {"info@xn--bcher-kva.example"}},
    {"sub-address", "info@example.org ann+info@example.org", "ann@example.org", {"info@example.org"}},
    {"quoted",
     "\"first last\"@example.org \"ann\"@example.org",
     "ann@example.org",
     {"\"first last\"@example.org"}},
    {"a quote within quotes",
     R"("a\" b"@example.org ann@example.org)",
     "ann@example.org",
     {R"("a\" b"@example.org)"}},
    {"angle brackets", "info@example.org <ann@example.org>", "ann@example.org", {"info@example.org"}},
    {"itself", "ann@example.org ann@example.org", "ann@example.org", {}},
    {"a domain line",
     "example.org anything\ninfo@example.org ann@example.org",
     "ann@example.org",
     {"info@example.org"}},
    {"bare names", "info ann", "ann@example.org", {"info@example.org"}},
    {"a bare destination", "info@example.org ann", "ann@example.org", {"info@example.org"}},
    {"a bare destination elsewhere",
     "info@example.org ann\nann@example.com ben@example.org",
     "ben@example.org",
     {"ann@example.com"}},
    {"a chain",
     "a@example.org b@example.org\nb@example.org ann@example.org",
     "ann@example.org",
     {"b@example.org", "a@example.org"}},
    {"a circle",
     "a@example.org b@example.org\nb@example.org a@example.org",
     "a@example.org",
     {"b@example.org"}},
    {"a catch-all", "@example.com ann@example.org", "ann@example.org", {"@example.com"}},
    {"a catch-all behind an alias",
     "@example.com a@example.org\na@example.org ann@example.org",
     "ann@example.org",
     {"a@example.org", "@example.com"}},
    {"a domain for another", "@example.com @example.org", "ann@example.org", {"ann@example.com"}},
    {"two domains behind each other",
     "@example.net @example.com\n@example.com @example.org",
     "ann@example.org",
     {"ann@example.com", "ann@example.net"}},
    {"two domains in a circle",
     "@example.com @example.org\n@example.org @example.com",
     "ann@example.org",
     {"ann@example.com"}},
    {"a domain for another before a catch-all",
     "@example.net @example.com\n@example.com ann@example.org",
     "ann@example.org",
     {"@example.com", "@example.net"}},
    {"the same name elsewhere", "ann@example.com @example.org", "ann@example.org", {"ann@example.com"}},
    {"the same name only", "ben@example.com @example.org", "ann@example.org", {}},
    {"a bare postmaster", "info ann", "postmaster", {}},
};

TEST(Aliases, OfAnOwner) {
  for (const Row& row : kRows) {
    const auto reading = read_aliases(row.text, '+');
    EXPECT_EQ(reading.aliases.of(row.owner), row.want) << row.name;
    EXPECT_EQ(reading.mistakes, 0) << row.name;
  }
}

struct MistakeRow {
  const char* name;
  std::string_view text;
  std::size_t want_line;
  const char* want;
};

const MistakeRow kMistakes[] = {
    {"no destination", "info@example.org\n", 1, "\"info@example.org\" has no destination"},
    {"a key that is none", "# one\nin fo@@example.org ann@example.org\n a@@b c@example.org", 2,
     "the destination \"fo@@example.org\" is no address"},
    {"two signs", "a@@b.example ann@example.org", 1, "\"a@@b.example\" is no address"},
    {"a pattern", "/^info@.*$/ ann@example.org", 1, "\"/^info@.*$/\" is no address"},
    {"a command", "info@example.org |/bin/true", 1, "the destination \"|/bin/true\" is no address"},
    {"a domain that is none", "@ex..org ann@example.org", 1, "\"@ex..org\" is no address"},
    {"an open quote", "\"ann@example.org ben@example.org", 1,
     "\"\"ann@example.org ben@example.org \" is no address"},
    {"it begins with white space", "  a@@b c@example.org", 1, "\"a@@b\" is no address"},
};

TEST(Aliases, AMistakeCostsItsOwnEntry) {
  for (const MistakeRow& row : kMistakes) {
    const auto reading = read_aliases(std::string(row.text) + "\ngood@example.org ann@example.org\n", '+');
    ASSERT_FALSE(reading.findings.empty()) << row.name;
    EXPECT_EQ(reading.findings.front().line, row.want_line) << row.name;
    EXPECT_EQ(reading.findings.front().what, row.want) << row.name;
    const auto found = reading.aliases.of("ann@example.org");
    EXPECT_EQ(std::ranges::count(found, "good@example.org"), 1) << row.name;
  }
}

TEST(Aliases, ShowTheFirstMistakesAndCountAll) {
  std::string text;
  for (std::size_t i = 0; i <= AliasReading::kMostFindings; ++i) text += "a@@b c@example.org\n";
  const auto reading = read_aliases(text, '+');
  EXPECT_EQ(reading.findings.size(), AliasReading::kMostFindings);
  EXPECT_EQ(reading.mistakes, AliasReading::kMostFindings + 1);
}

std::string names(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("a{}@example.org ann@example.org\n", i);
  return text;
}

TEST(Aliases, OfAnOwnerAreCapped) {
  for (const std::size_t count : {Aliases::kMostOfOwner, Aliases::kMostOfOwner + 1}) {
    const auto reading = read_aliases(names(count), '+');
    EXPECT_EQ(reading.aliases.size(), count);
    EXPECT_EQ(reading.aliases.of("ann@example.org").size(), Aliases::kMostOfOwner) << count;
  }
}

TEST(Aliases, AreCappedInAll) {
  std::string text = names(Aliases::kMostPairs);
  EXPECT_EQ(read_aliases(text, '+').mistakes, 0);
  const auto reading =
      read_aliases(text + "x@example.org ann@example.org\ny@example.org ann@example.org", '+');
  EXPECT_EQ(reading.aliases.size(), Aliases::kMostPairs);
  EXPECT_EQ(reading.mistakes, 1);
  EXPECT_EQ(reading.findings.front().line, Aliases::kMostPairs + 1);
}

TEST(AliasTable, IsReplaced) {
  AliasTable table(read_aliases("a@example.org ann@example.org", '+').aliases, "1");
  const auto before = table.get();
  table.replace(read_aliases("b@example.org ann@example.org", '+').aliases, "2");
  EXPECT_EQ(table.stamp(), "2");
  EXPECT_THAT(before->of("ann@example.org"), ElementsAre("a@example.org"));
  EXPECT_THAT(table.get()->of("ann@example.org"), ElementsAre("b@example.org"));
}

}  // namespace
}  // namespace backstop::intake
