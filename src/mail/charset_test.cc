#include "mail/charset.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"

namespace backstop::mail {
namespace {

using namespace std::string_view_literals;

struct CharsetRow {
  const char* name;
  std::string_view charset;
  std::string_view bytes;
  std::string_view want;
};

// Conversions that lose nothing.
const CharsetRow kWhole[] = {
    {"absent, ASCII", "", "plain", "plain"},
    {"absent, UTF-8", "", "gr\xC3\xBC\xC3\x9F", "grüß"},
    {"utf-8", "utf-8", "gr\xC3\xBC\xC3\x9F", "grüß"},
    {"utf8, as it shouldn't be written", "UTF8", "\xE2\x82\xAC", "€"},
    {"name in quotes", "\"UTF-8\"", "\xE2\x82\xAC", "€"},
    {"UTF-8 byte order mark", "utf-8",
     "\xEF\xBB\xBF"
     "a",
     "a"},
    {"absent, byte order mark", "", "\xEF\xBB\xBF\xC3\xA9", "é"},
    {"replacement character that was there", "utf-8", "\xEF\xBF\xBD", "\uFFFD"},
    {"us-ascii", "us-ascii", "a ~ + \\ b", "a ~ + \\ b"},
    {"iso-8859-1", "iso-8859-1", "caf\xE9", "café"},
    {"iso-8859-1 that is windows-1252", "ISO-8859-1", "\x93hi\x94 \x80", "“hi” €"},
    {"latin1", "latin1", "caf\xE9", "café"},
    {"windows-1252", "windows-1252", "\x85", "…"},
    {"iso-8859-15", "iso-8859-15", "\xA4", "€"},
    {"iso-8859-9 that is windows-1254", "iso-8859-9", "\xFD\x80", "ı€"},
    {"koi8-r", "koi8-r", "\xF4\xC5\xD3\xD4", "Тест"},
    {"windows-1251", "windows-1251", "\xD2\xE5\xF1\xF2", "Тест"},
    {"win-1251", "win-1251", "\xD2\xE5\xF1\xF2", "Тест"},
    {"ibm866", "ibm866", "\x92\xA5\xE1\xE2", "Тест"},
    {"shift_jis", "Shift_JIS", "\x83\x65\x83\x58\x83\x67", "テスト"},
    {"x-sjis", "x-sjis", "\x83\x65\x83\x58\x83\x67", "テスト"},
    {"cp932 with a circled digit", "cp932", "\x87\x40", "①"},
    {"shift_jis keeps the backslash", "shift_jis", "\\~", "\\~"},
    {"euc-jp", "euc-jp", "\xA5\xC6\xA5\xB9\xA5\xC8", "テスト"},
    {"euc-jp with a circled digit", "euc-jp", "\xAD\xA1", "①"},
    {"iso-2022-jp", "iso-2022-jp", "a \x1B$B%F%9%H\x1B(B b", "a テスト b"},
    {"iso-2022-jp without an escape", "iso-2022-jp", "plain ~ + text", "plain ~ + text"},
    {"iso-2022-jp, not shifted back", "iso-2022-jp", "\x1B$B%F%9%H", "テスト"},
    {"iso-2022-jp with a circled digit", "iso-2022-jp", "\x1B$B-!\x1B(B", "①"},
    {"iso-2022-jp with half-width kana", "iso-2022-jp", "\x1B(IC\x1B(B", "ﾃ"},
    {"cp50220", "cp50220", "\x1B$B%F\x1B(B", "テ"},
    {"gb2312", "gb2312", "\xB2\xE2\xCA\xD4", "测试"},
    {"gb2312 that is GBK", "gb2312", "\x9F\x41", "烝"},
    {"gb2312 as Java names it", "eucgb2312_cn", "\xB2\xE2", "测"},
    {"gbk", "gbk", "\xB2\xE2\xCA\xD4", "测试"},
    {"gb18030", "gb18030", "\x81\x30\x89\x33", "Ú"},
    {"hz", "hz-gb-2312", "a ~{2bJT~} ~~", "a 测试 ~"},
    {"hz without a tilde", "hz", "plain + text", "plain + text"},
    {"big5", "big5", "\xB4\xFA\xB8\xD5", "測試"},
    {"euc-kr", "euc-kr", "\xC5\xD7\xBD\xBA\xC6\xAE", "테스트"},
    {"euc-kr that is windows-949", "euc-kr", "\x81\x41", "갂"},
    {"ks_c_5601-1987", "ks_c_5601-1987", "\xC5\xD7\xBD\xBA\xC6\xAE", "테스트"},
    {"iso-2022-kr", "iso-2022-kr",
     "\x1B$)C\x0E"
     "EW=:F.\x0F ok",
     "테스트 ok"},
    {"tis-620", "tis-620", "\xB7\xB4", "ทด"},
    {"iso-8859-8-i", "iso-8859-8-i", "\xE0", "א"},
    {"utf-7", "utf-7", "+AOk- 1 +- 2", "é 1 + 2"},
    {"utf-7 without a plus", "utf-7", "plain text", "plain text"},
    {"utf-7, unpaired surrogates made a pair", "utf-7", "+2D3eAA-", "😀"},
    {"utf-16 with a mark", "utf-16", "\xFF\xFE\x61\x00\xE9\x00"sv, "aé"},
    {"utf-16le with a mark", "utf-16le", "\xFF\xFE\x61\x00"sv, "a"},
    {"utf-16be", "utf-16be", "\x00\x61\x20\xAC"sv, "a€"},
    {"ebcdic isn't ASCII", "ibm037", "\xC8\xC9", "HI"},
    {"empty", "koi8-r", "", ""},
};

TEST(Charset, ConvertsWhole) {
  for (const auto& row : kWhole) {
    std::string out = "<";
    EXPECT_TRUE(to_utf8(row.charset, row.bytes, out)) << row.name;
    EXPECT_EQ(out, "<" + std::string(row.want)) << row.name;
  }
}

// Bytes that are wrong, or have a wrong charset.
const CharsetRow kReplaced[] = {
    {"absent, windows-1252", "", "caf\xE9", "café"},
    {"unknown, ASCII", "x-unknown", "plain", "plain"},
    {"unknown, UTF-8", "unknown-8bit", "\xC3\xA9", "é"},
    {"unknown, windows-1252", "x-user-defined", "\x80", "€"},
    {"us-ascii with UTF-8", "us-ascii", "\xC3\xA9", "é"},
    {"us-ascii with windows-1252", "ascii", "\xE9", "é"},
    {"known to ICU without its table", "iso646-de", "a", "a"},
    {"utf-8 that is not", "utf-8", "a\xE9z", "a\uFFFDz"},
    {"utf-8 cut", "utf-8", "a\xE2\x82", "a\uFFFD"},
    {"utf-8 overlong", "utf-8", "\xC0\xAF", "\uFFFD\uFFFD"},
    {"utf-8 surrogate", "utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"shift_jis cut", "shift_jis", "\x83", "\uFFFD"},
    {"lead byte does not swallow ASCII", "euc-jp", "\xA5<", "\uFFFD<"},
    {"iso-2022-jp, 8-bit", "iso-2022-jp", "a\xE9", "a\uFFFD"},
    {"utf-7, unpaired surrogate", "utf-7", "+2D0-", "\uFFFD"},
    {"utf-16le cut", "utf-16le", "a\0b"sv, "a\uFFFD"},
    {"ibm-943 substitute is not U+001A", "shift_jis", "\xFF", "\uFFFD"},
    {"ICU options", "iso-2022,locale=ja,version=1", "\x1B", "\x1B"},
    {"a path", "../../etc/passwd", "a", "a"},
    {"name past the cap", "utf-8xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "\xC3\xA9", "é"},
};

TEST(Charset, ReplacesAndSaysSo) {
  for (const auto& row : kReplaced) {
    std::string out = "<";
    EXPECT_FALSE(to_utf8(row.charset, row.bytes, out)) << row.name;
    EXPECT_EQ(out, "<" + std::string(row.want)) << row.name;
  }
}

// The conversion works in pieces of 1,024 units and 2,048 bytes; each seam cuts a character.
TEST(Charset, LongTextHasNoSeams) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string bytes(shift, 'a');
    std::string want(shift, 'a');
    for (int i = 0; i < 5000; ++i) {
      bytes += "+2D3eAA-";
      want += "😀";
    }
    std::string out;
    EXPECT_TRUE(to_utf8("utf-7", bytes, out));
    EXPECT_TRUE(out == want) << shift;
  }
}

TEST(Charset, ForgetsTheStateOfTheLastCall) {
  std::string out;
  to_utf8("iso-2022-jp", "\x1B$B%F", out);
  to_utf8("iso-2022-jp", "ab\x1B(B", out);
  EXPECT_EQ(out, "テab");
}

TEST(Charset, SurvivesMoreCharsetsThanItKeeps) {
  std::string out;
  for (int round = 0; round < 2; ++round) {
    for (int page = 1; page < 1400; ++page) to_utf8("cp" + std::to_string(page), "\xE9", out);
  }
  EXPECT_TRUE(base::is_utf8(out));
  std::string after;
  EXPECT_TRUE(to_utf8("koi8-r", "\xF4", after));
  EXPECT_EQ(after, "Т");
}

TEST(Charset, EachThreadHasItsOwn) {
  std::string here;
  std::string there;
  std::thread other([&] { to_utf8("koi8-r", "\xF4", there); });
  to_utf8("koi8-r", "\xF4", here);
  other.join();
  EXPECT_EQ(here, "Т");
  EXPECT_EQ(there, "Т");
}

}  // namespace
}  // namespace backstop::mail
