#include "base/text.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>

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

// In texts of every length, since short ones are searched in another way, and at every place.
TEST(Text, IfindFindsTheFirst) {
  for (const std::string_view what : {"e", "V", "xe", "eX", "not found", "ee:e", "ab\xC3\xBC", "1 2"}) {
    for (const char filler : {'e', 'E', 'v', ' ', 'x'}) {
      for (std::size_t before = 0; before < 140; before += 7) {
        const std::string text = std::string(before, filler) + to_lower(what) + "." + std::string(what);
        const std::size_t want = to_lower(text).find(to_lower(what));
        EXPECT_EQ(ifind(text, what), want) << what << " in " << text;
        const std::size_t next = to_lower(text).find(to_lower(what), want + 1);
        EXPECT_EQ(ifind(text, what, want + 1), next) << what << " in " << text;
        EXPECT_EQ(ifind(text.substr(0, text.size() - 1), what, before + what.size()), std::string_view::npos)
            << what << " in " << text;
      }
    }
  }
  EXPECT_EQ(ifind(std::string(100, 'a'), "b", 200), std::string_view::npos);
}

TEST(Text, HexHasTwoDigitsForEachByte) {
  EXPECT_EQ(hex({}), "");
  EXPECT_EQ(hex(std::array<unsigned char, 4>{0x00, 0x0f, 0xa0, 0xff}), "000fa0ff");
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

struct HiddenRow {
  const char* name;
  std::string_view character;
};

constexpr HiddenRow kHidden[] = {
    {"a control of ASCII", "\x7F"},
    {"a control past ASCII", "\u0085"},
    {"the soft hyphen", "\u00AD"},
    {"the combining grapheme joiner", "\u034F"},
    {"the arabic letter mark", "\u061C"},
    {"a hangul filler", "\u3164"},
    {"the mongolian vowel separator", "\u180E"},
    {"the zero-width space", "\u200B"},
    {"the zero-width joiner", "\u200D"},
    {"the mark of right to left", "\u200F"},
    {"the line separator", "\u2028"},
    {"the paragraph separator", "\u2029"},
    {"the override of direction", "\u202E"},
    {"the end of an embedding", "\u202C"},
    {"the word joiner", "\u2060"},
    {"an isolate", "\u2066"},
    {"the end of an isolate", "\u2069"},
    {"a variation selector", "\uFE0F"},
    {"the byte order mark", "\uFEFF"},
    {"an interlinear annotation", "\uFFF9"},
    {"a noncharacter", "\uFFFE"},
    {"a noncharacter of Arabic", "\uFDD0"},
    {"a musical format", "\U0001D173"},
    {"a tag", "\U000E0041"},
    {"a variation selector of the supplement", "\U000E0100"},
    {"the last noncharacter", "\U0010FFFF"},
};

TEST(Text, PrintableShowsWhatIsHidden) {
  for (const HiddenRow& row : kHidden) {
    const std::string text = "a" + std::string(row.character) + "b";
    EXPECT_EQ(printable(text),
              "a\xEF\xBF\xBD"
              "b")
        << row.name;
    EXPECT_TRUE(has_hidden(text)) << row.name;
  }
}

TEST(Text, PrintableKeepsWhatIsSeen) {
  for (const std::string_view text :
       {"grüße", "Ωμέγα", "дом", "日本語", "\u05D0\u05D1", "e\u0301", "📧", "\uE000", "a\u00A0b", "\uFFFD"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_FALSE(has_hidden(text)) << text;
  }
}

// Compares all of Unicode with the tables of ICU.
TEST(Text, HiddenCharactersAreThoseOfUnicode) {
  for (UChar32 code = 0; code <= 0x10FFFF; ++code) {
    if (U_IS_SURROGATE(code)) continue;
    std::string text;
    append_code_point(static_cast<std::uint32_t>(code), text);
    const bool is_ignorable = u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
    ASSERT_EQ(ignorable_length(text), is_ignorable ? text.size() : 0) << code;
    const bool is_wide_space = code > 0x7F && u_isUWhiteSpace(code) != 0;
    ASSERT_EQ(wide_space_length(text), is_wide_space ? text.size() : 0) << code;
    ASSERT_TRUE(!is_ignorable || hides_text(static_cast<std::uint32_t>(code))) << code;
  }
  EXPECT_TRUE(hides_text(0xD800) && hides_text(0x110000));
}

TEST(Text, FoldsWhatHidesWords) {
  struct Row {
    const char* name;
    std::string text;
    std::string_view want;
  };
  const Row rows[] = {
      {"empty", "", ""},
      {"ascii stays", "a \t\x1b b", "a \t\x1b b"},
      {"letters stay", "Zustellung unmöglich 日本", "Zustellung unmöglich 日本"},
      {"between letters", "un\u200Bde\u00ADli\u2060ve\uFEFFred", "undelivered"},
      {"at both ends", "\u202Aundelivered\u202C", "undelivered"},
      {"nothing else", "\u200B\U000E0041", ""},
      {"wide spaces", "a\u00A0b\u3000c\u2028d", "a b c d"},
      {"a sequence that is cut", "a\xE2\x80", "a\xE2\x80"},
      {"a byte that begins none", "\xF3\xF3z", "\xF3\xF3z"},
  };
  for (const Row& row : rows) {
    std::string text = row.text;
    fold_hidden(text);
    EXPECT_EQ(text, row.want) << row.name;
  }
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
