#include "smtp/xtext.h"

#include <gtest/gtest.h>

namespace backstop::smtp {
namespace {

using namespace std::string_literals;

struct Row {
  const char* name;
  std::string plain;
  std::string want;
};

const Row kRows[] = {
    {"empty", "", ""},
    {"plain", "QQ314159", "QQ314159"},
    {"address", "e=mc2@example.com", "e+3Dmc2@example.com"},
    {"plus", "a+b", "a+2Bb"},
    {"space", "a b", "a+20b"},
    {"null path", "<>", "<>"},
    {"line end", "\r\n", "+0D+0A"},
    {"NUL", "\0"s, "+00"},
    {"UTF-8", "ü", "+C3+BC"},
    {"DEL", "\x7F", "+7F"},
    {"ends of the range", "!~", "!~"},
};

TEST(Xtext, WritesAndReads) {
  for (const auto& row : kRows) {
    EXPECT_EQ(to_xtext(row.plain), row.want) << row.name;
    EXPECT_TRUE(is_xtext(row.want)) << row.name;
    EXPECT_EQ(from_xtext(row.want), row.plain) << row.name;
  }
}

TEST(Xtext, ReadsDigitsOfEitherCase) {
  EXPECT_EQ(from_xtext("a+3db"), "a=b");
  EXPECT_EQ(from_xtext("a+3Db"), "a=b");
  EXPECT_EQ(from_xtext("+41"), "A");
}

TEST(Xtext, RefusesWhatIsNoXtext) {
  for (const auto& text :
       {"a=b"s, "a b"s, "+"s, "+4"s, "a+4"s, "+4g"s, "+g4"s, "++41"s, "ü"s, "\x7F"s, "a\0"s, "\t"s}) {
    EXPECT_FALSE(is_xtext(text)) << testing::PrintToString(text);
    EXPECT_FALSE(from_xtext(text)) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace backstop::smtp
