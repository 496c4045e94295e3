#include "report/untagged_count.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace backstop::report {
namespace {

using Counts = std::vector<std::pair<std::string, std::size_t>>;

std::vector<store::Event> events_of(const Counts& counts) {
  std::vector<store::Event> events;
  for (const auto& [tag, count] : counts) {
    for (std::size_t i = 0; i < count; ++i) {
      events.emplace_back();
      events.back().tag = tag;
    }
  }
  return events;
}

TEST(UntaggedLine, CountsTheReasons) {
  const struct {
    const char* name;
    Counts counts;
    std::string want;
  } rows[] = {
      {"none", {}, ""},
      {"one", {{"none (why)", 1}}, "untagged: 1 mail left without a tag in the last 14 days: 1 (why)"},
      {"the most frequent first, then by name",
       {{"none (c)", 1}, {"none (b)", 2}, {"none (a)", 1}},
       "untagged: 4 mails left without a tag in the last 14 days: 2 (b), 1 (a), 1 (c)"},
      {"five reasons",
       {{"none (a)", 1}, {"none (b)", 1}, {"none (c)", 1}, {"none (d)", 1}, {"none (e)", 1}},
       "untagged: 5 mails left without a tag in the last 14 days: 1 (a), 1 (b), 1 (c), 1 (d), 1 (e)"},
      {"seven reasons",
       {{"none (a)", 3},
        {"none (b)", 3},
        {"none (c)", 3},
        {"none (d)", 3},
        {"none (e)", 3},
        {"none (f)", 1},
        {"none (g)", 2}},
       "untagged: 18 mails left without a tag in the last 14 days: 3 (a), 3 (b), 3 (c), 3 (d), 3 (e), 3 for "
       "other reasons"},
      {"brackets within",
       {{"none (a (b))", 1}},
       "untagged: 1 mail left without a tag in the last 14 days: 1 (a (b))"},
      {"no reason",
       {{"none", 1}},
       "untagged: 1 mail left without a tag in the last 14 days: 1 (no reason is known)"},
      {"what steers a terminal",
       {{"none (\x1b[31m)", 1}},
       "untagged: 1 mail left without a tag in the last 14 days: 1 (\xEF\xBF\xBD[31m)"},
      {"one less than is read",
       {{"none (a)", kMostUntagged - 1}},
       "untagged: 9999 mails left without a tag in the last 14 days: 9999 (a)"},
      {"as many as are read",
       {{"none (a)", kMostUntagged}},
       "untagged: 10000 or more mails left without a tag in the last 14 days: 10000 (a)"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(untagged_line(events_of(row.counts)), row.want) << row.name;
  }
}

TEST(UntaggedLine, NothingWithoutAHistory) {
  EXPECT_EQ(untagged_line("", {}), "");
  EXPECT_EQ(untagged_line("sqlite:/nowhere/at/all/history.db", {}), "");
}

TEST(UntaggedLine, AFileThatIsNoHistoryIsReported) {
  const std::string line = untagged_line("sqlite:/dev/null", {});
  EXPECT_TRUE(line.starts_with("untagged: not counted: ")) << line;
}

}  // namespace
}  // namespace backstop::report
