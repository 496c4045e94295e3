#include "report/json_line.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace backstop::report {
namespace {

struct Row {
  const char* name;
  std::string_view text;
  std::string_view want_line;
};

constexpr Row kRows[] = {
    {"ascii", "a \"b\"\n", "[\"a \\\"b\\\"\\n\"]\n"},
    {"letters stay", "grün 日本 📧", "[\"grün 日本 📧\"]\n"},
    {"delete", "a\x7F", "[\"a\\u007f\"]\n"},
    {"a control past ascii", "\u009B", "[\"\\u009b\"]\n"},
    {"the override of direction", "ü\u202Eb", "[\"ü\\u202eb\"]\n"},
    {"the zero-width space", "a\u200Bb", "[\"a\\u200bb\"]\n"},
    {"a tag", "\U000E0041", "[\"\\udb40\\udc41\"]\n"},
};

TEST(JsonLine, EscapesWhatIsHiddenAndReadsBackTheSame) {
  for (const Row& row : kRows) {
    const boost::json::value value = boost::json::array{boost::json::string(row.text)};
    const std::string line = json_line(value);
    EXPECT_EQ(line, row.want_line) << row.name;
    EXPECT_EQ(boost::json::parse(line), value) << row.name;
  }
}

}  // namespace
}  // namespace backstop::report
