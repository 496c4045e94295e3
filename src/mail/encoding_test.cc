#include "mail/encoding.h"

#include <gtest/gtest.h>

namespace backstop::mail {
namespace {

struct Row {
  const char* name;
  TransferEncoding encoding;
  std::string_view text;
  std::string_view want;
};

constexpr auto kBase64 = TransferEncoding::Base64;
constexpr auto kQp = TransferEncoding::QuotedPrintable;
constexpr auto kUu = TransferEncoding::Uuencode;

const Row kRows[] = {
    {"identity", TransferEncoding::Identity, "as=20it\r\nis", "as=20it\r\nis"},

    {"base64 of nothing", kBase64, "", ""},
    {"base64 one byte", kBase64, "YQ==", "a"},
    {"base64 two bytes", kBase64, "YWI=", "ab"},
    {"base64 three bytes", kBase64, "YWJj", "abc"},
    {"base64 all digits", kBase64, "+/+/", "\xFB\xFF\xBF"},
    {"base64 in lines", kBase64, "YWJj\r\nZGVm\r\n", "abcdef"},
    {"base64 line cut within a quantum", kBase64, "YW\nJjZA\n==", "abcd"},
    {"base64 with rubbish", kBase64, "Y!W*J-j", "abc"},
    {"base64 without padding", kBase64, "YWI", "ab"},
    {"base64 one digit left over", kBase64, "YWJjZ", "abc"},
    {"base64 more after padding", kBase64, "YQ==YWI=", "aab"},
    {"base64 too much padding", kBase64, "YQ=====\n", "a"},
    {"base64 bytes above 127", kBase64, "YW\xFFJj", "abc"},

    {"quoted-printable plain", kQp, "just text", "just text"},
    {"quoted-printable escapes", kQp, "a=3Db=3dc=E9", "a=b=c\xE9"},
    {"quoted-printable soft break", kQp, "one=\r\ntwo=\nthree", "onetwothree"},
    {"quoted-printable soft break with blanks", kQp, "one= \t\r\ntwo", "onetwo"},
    {"quoted-printable line ends stay", kQp, "one\r\ntwo\n\nthree", "one\r\ntwo\n\nthree"},
    {"quoted-printable blanks at a line end", kQp, "one \t\r\ntwo  ", "one\r\ntwo"},
    {"quoted-printable blank kept by an escape", kQp, "one=20\r\ntwo", "one \r\ntwo"},
    {"quoted-printable no escape", kQp, "a=ZZ=4", "a=ZZ=4"},
    {"quoted-printable equals at the end", kQp, "a=", "a"},
    {"quoted-printable two equals", kQp, "a==3D", "a=="},
    {"quoted-printable escape over the end", kQp, "a=4\n1", "a=4\n1"},

    {"uuencode", kUu, "begin 644 a.txt\n#86)C\n`\nend\n", "abc"},
    {"uuencode with CRLF", kUu, "begin 644 a.txt\r\n$86)C9```\r\n`\r\nend\r\n", "abcd"},
    {"uuencode spaces cut off", kUu, "begin 600 a\n$86)C9\nend\n", "abcd"},
    {"uuencode after text", kUu, "Hello\n\nbegin 644 a\n#86)C\n`\nend\nBye\n", "abc"},
    {"uuencode without an end", kUu, "begin 644 a\n#86)C", "abc"},
    {"uuencode line too short", kUu, "begin 644 a\nM86)C\nend\n", "abc"},
    {"uuencode that is none", kUu, "Hello\n", "Hello\n"},
};

TEST(Encoding, Rows) {
  for (const Row& row : kRows) {
    std::string out = "kept ";
    decode(row.encoding, row.text, out);
    EXPECT_EQ(out, "kept " + std::string(row.want)) << row.name;
  }
}

// No row may be read past its end, and the decoded text is never longer than the input.
TEST(Encoding, RowsCutAtEveryPosition) {
  for (const Row& row : kRows) {
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
      const std::string text(row.text.substr(0, cut));
      std::string out;
      decode(row.encoding, text, out);
      EXPECT_LE(out.size(), text.size() + 2) << row.name << " cut at " << cut;
    }
  }
}

}  // namespace
}  // namespace backstop::mail
