#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(Text, HexValueOfEachByte) {
  constexpr std::string_view kLower = "0123456789abcdef";
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::size_t at = std::min(kLower.find(c), kUpper.find(c));
    EXPECT_EQ(hex_value(c), at == std::string_view::npos ? -1 : static_cast<int>(at)) << byte;
  }
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

TEST(Utf8Prefix, EndsBetweenCharacters) {
  struct Row {
    const char* name;
    std::string_view text;
    std::size_t most;
    std::string_view want_prefix;
  };
  const Row rows[] = {
      {"empty", "", 5, ""},
      {"nothing wanted", "abc", 0, ""},
      {"shorter than the cap", "ab", 5, "ab"},
      {"at the cap", "abcde", 5, "abcde"},
      {"one past the cap", "abcdef", 5, "abcde"},
      {"two bytes whole", "gr\xC3\xBC", 4, "gr\xC3\xBC"},
      {"two bytes cut", "gr\xC3\xBC", 3, "gr"},
      {"three bytes cut after two", "\xE2\x82\xAC", 2, ""},
      {"four bytes cut after three", "a\xF0\x9F\x93\xA7", 4, "a"},
      {"four bytes whole", "a\xF0\x9F\x93\xA7", 5, "a\xF0\x9F\x93\xA7"},
      {"cut already", "a\xE2\x82", 9, "a"},
      {"continuations without a lead stay", "\x80\x80\x80\x80", 4, "\x80\x80\x80\x80"},
  };
  for (const Row& row : rows) EXPECT_EQ(utf8_prefix(row.text, row.most), row.want_prefix) << row.name;
}

TEST(AppendCodePoint, IsUtf8) {
  struct Row {
    std::uint32_t code;
    std::string_view want_text;
  };
  const Row rows[] = {
      {0, std::string_view("\0", 1)},
      {0x7F, "\x7F"},
      {0x80, "\xC2\x80"},
      {0x7FF, "\xDF\xBF"},
      {0x800, "\xE0\xA0\x80"},
      {0x20AC, "\xE2\x82\xAC"},
      {0xD7FF, "\xED\x9F\xBF"},
      {0xD800, "\xEF\xBF\xBD"},
      {0xDFFF, "\xEF\xBF\xBD"},
      {0xFFFF, "\xEF\xBF\xBF"},
      {0x10000, "\xF0\x90\x80\x80"},
      {0x10FFFF, "\xF4\x8F\xBF\xBF"},
      {0x110000, "\xEF\xBF\xBD"},
      {0xFFFFFFFF, "\xEF\xBF\xBD"},
  };
  for (const Row& row : rows) {
    std::string out = "kept ";
    append_code_point(row.code, out);
    EXPECT_EQ(out, std::string("kept ").append(row.want_text)) << row.code;
    EXPECT_TRUE(is_utf8(out)) << row.code;
  }
}

}  // namespace
}  // namespace backstop::base
