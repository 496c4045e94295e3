#include "base/text.h"

#include <gtest/gtest.h>

namespace backstop::base {
namespace {

TEST(Text, ComparesWithoutCase) {
  EXPECT_TRUE(iequals("Content-Type", "content-TYPE"));
  EXPECT_FALSE(iequals("Content-Type", "Content-Typ"));
  EXPECT_TRUE(istarts_with("MAILER-DAEMON@x", "mailer-daemon"));
  EXPECT_EQ(ifind("a Failure NOTICE", "failure notice"), 2u);
  EXPECT_EQ(ifind("abc", "abcd"), std::string_view::npos);
  EXPECT_EQ(ifind("abc", ""), 0u);
}

TEST(Text, NextLineTakesBothLineEnds) {
  std::string_view rest = "one\r\ntwo\n\nlast";
  std::string_view line;
  std::string seen;
  while (next_line(rest, line)) seen.append("[").append(line).append("]");
  EXPECT_EQ(seen, "[one][two][][last]");
}

TEST(Text, PrintableNeutralisesTerminals) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\xEF\xBF\xBD[31mb");
  EXPECT_EQ(printable("\xC2\x9B"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(printable("\xFF"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(Text, WellFormedKeepsAllButBrokenBytes) {
  EXPECT_EQ(well_formed("a\x1b\n\tgr\xC3\xBC"), "a\x1b\n\tgr\xC3\xBC");
  EXPECT_EQ(well_formed("\xFF\xC3(\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD");
}

struct Utf8Row {
  const char* name;
  std::string_view text;
  bool want;
};

TEST(Text, Utf8) {
  const Utf8Row rows[] = {
      {"ascii", "plain", true},
      {"two bytes", "\xC3\xA9", true},
      {"overlong", "\xC0\xAF", false},
      {"surrogate", "\xED\xA0\x80", false},
      {"past the last code point", "\xF4\x90\x80\x80", false},
      {"cut", "\xE2\x82", false},
  };
  for (const auto& row : rows) EXPECT_EQ(is_utf8(row.text), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::base
