#include "mail/header_text.h"

#include <gtest/gtest.h>

namespace backstop::mail {
namespace {

struct TextRow {
  const char* name;
  std::string_view value;
  std::string_view want;
};

TEST(HeaderText, Unfolds) {
  const TextRow rows[] = {
      {"empty", "", ""},
      {"one line", "a  b", "a  b"},
      {"CRLF", "a\r\n b", "a b"},
      {"LF and a tab", "a\n\tb", "a\tb"},
      {"three lines", "a\r\n b\r\n  c", "a b  c"},
      {"line of white space", "a\r\n \r\n b", "a  b"},
      {"no white space after the line end", "a\r\nb", "a b"},
      {"at the end", "a\r\n", "a"},
      {"at the start", "\r\n a", " a"},
      {"only line ends", "\r\n\r\n", ""},
      {"bare CR", "a\rb", "a b"},
  };
  for (const auto& row : rows) EXPECT_EQ(unfold(row.value), row.want) << row.name;
}

// The examples of RFC 2047 8.
const TextRow kRfc2047[] = {
    {"Moore", "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
    {"Simonsen", "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
     "Keld Jørn Simonsen <keld@dkuug.dk>"},
    {"Pirard", "=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>",
     "André Pirard <PIRARD@vm1.ulg.ac.be>"},
    {"two charsets",
     "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
     "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
     "If you can read this you understand the example."},
    {"Hebrew in a comment",
     "Nathaniel Borenstein <nsb@thumper.bellcore.com>\r\n  (=?iso-8859-8?b?7eXs+SDv4SDs6Oj08A==?=)",
     "Nathaniel Borenstein <nsb@thumper.bellcore.com>  (םולש ןב לטטפנ)"},
    {"one word", "(=?ISO-8859-1?Q?a?=)", "(a)"},
    {"word and text", "(=?ISO-8859-1?Q?a?= b)", "(a b)"},
    {"adjacent words", "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
    {"two spaces between", "(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
    {"folding between", "(=?ISO-8859-1?Q?a?=\r\n     =?ISO-8859-1?Q?b?=)", "(ab)"},
    {"encoded space", "(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
    {"encoded space between", "(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
};

TEST(HeaderText, DecodesTheExamplesOfTheStandard) {
  for (const auto& row : kRfc2047) EXPECT_EQ(decode_header(row.value), row.want) << row.name;
}

const TextRow kField[] = {
    {"empty", "", ""},
    {"no words", "Undelivered Mail Returned to Sender", "Undelivered Mail Returned to Sender"},
    {"folded, no words", "Undelivered\r\n Mail", "Undelivered Mail"},
    {"lower-case q", "=?utf-8?q?caf=c3=a9?=", "café"},
    {"lower-case b", "=?utf-8?b?Y2Fmw6k=?=", "café"},
    {"B without padding", "=?utf-8?B?Y2Fmw6k?=", "café"},
    {"empty Q word", "a =?utf-8?Q?\?= b", "a  b"},
    {"empty B word", "=?utf-8?B?\?=", ""},
    {"language", "=?us-ascii*en?Q?hello_there?=", "hello there"},
    {"language of another charset", "=?iso-8859-1*fr-CA?Q?d=E9j=E0?=", "déjà"},
    {"white space before and after", " =?utf-8?Q?a?= ", " a "},
    {"word, text, word", "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"},
    {"words that touch", "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
    {"word that touches text", "Re:=?utf-8?Q?=C3=A9?=x", "Re:éx"},
    {"character cut apart, Q", "=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"},
    {"character cut apart, B and Q", "=?UTF-8?B?Y2Fmww==?=\r\n =?utf-8?Q?=A9?=", "café"},
    {"character cut apart, ISO-2022-JP", "=?iso-2022-jp?B?GyRCJQ==?= =?iso-2022-jp?B?RhsoQg==?=", "テ"},
    {"ISO-2022-JP words, each shifted",
     "=?iso-2022-jp?B?GyRCJUYbKEI=?= =?iso-2022-jp?B?GyRCJTkbKEI=?=", "テス"},
    {"raw spaces in Q", "=?iso-8859-1?Q?d=E9j=E0 vu?=", "déjà vu"},
    {"raw spaces in B", "=?utf-8?B?Y2Fm w6k=?=", "café"},
    {"folded in the word", "=?utf-8?Q?caf\r\n =C3=A9?=", "caf é"},
    {"raw question mark", "=?utf-8?Q?who?_me?=", "who? me"},
    {"stray equals signs", "=?utf-8?Q?a=zz=4?=", "a=zz=4"},
    {"equals sign at the end", "=?utf-8?Q?a=?=", "a="},
    {"raw 8-bit in Q", "=?utf-8?Q?caf\xC3\xA9?=", "café"},
    {"longer than 75",
     "=?utf-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?=",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"unknown charset, ASCII", "=?x-nonesuch?Q?a_b?=", "a b"},
    {"unknown charset, UTF-8", "=?x-nonesuch?Q?=C3=A9?=", "é"},
    {"unknown charset, neither", "=?x-nonesuch?Q?=E9?=", "é"},
    {"bytes that are not of the charset", "=?utf-8?Q?a=E9z?=", "a\uFFFDz"},
    {"encoded line end", "=?utf-8?Q?a=0D=0ABcc:_b?=", "a  Bcc: b"},
    {"raw UTF-8", "gr\xC3\xBC\xC3\x9F =?utf-8?Q?a?=", "grüß a"},
    {"raw windows-1252", "\x93gr\xFC\xDF\x94", "“grüß”"},
    {"charset of 60 bytes", "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?Q?a_b?=", "a b"},
};

TEST(HeaderText, DecodesWhatMailersWrite) {
  for (const auto& row : kField) EXPECT_EQ(decode_header(row.value), row.want) << row.name;
}

const TextRow kBroken[] = {
    {"no end", "=?utf-8?Q?abc", "=?utf-8?Q?abc"},
    {"half an end", "=?utf-8?Q?abc?", "=?utf-8?Q?abc?"},
    {"no text", "=?utf-8?Q?", "=?utf-8?Q?"},
    {"no encoding", "=?utf-8?=", "=?utf-8?="},
    {"no charset", "=??Q?abc?=", "=??Q?abc?="},
    {"another encoding", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
    {"long encoding", "=?utf-8?QQ?abc?=", "=?utf-8?QQ?abc?="},
    {"space in the charset", "=?utf 8?Q?abc?=", "=?utf 8?Q?abc?="},
    {"only the start", "=?", "=?"},
    {"no end, then a good one", "=?utf-8?Q?abc =?utf-8?Q?d?=", "=?utf-8?Q?abc d"},
    {"start in a start", "=?=?utf-8?Q?d?=", "=?d"},
    {"charset of 61 bytes", "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?Q?a_b?=",
     "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?Q?a_b?="},
};

TEST(HeaderText, LeavesBrokenWordsAsTheyAre) {
  for (const auto& row : kBroken) EXPECT_EQ(decode_header(row.value), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::mail
