#include "response/report_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace backstop::response {
namespace {

constexpr std::size_t kNoCap = 1 << 20;

struct Collected {
  explicit Collected(std::string mail, std::size_t most = kNoCap) : buffer(std::move(mail)) {
    mail::walk(buffer, message);
    text.collect(message, most);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const auto& line : text.lines()) {
      all.push_back((line.is_after_blank ? "|" : "") + std::string(text.text_of(line)));
    }
    return all;
  }

  std::string buffer;
  mail::Message message;
  ReportText text;
};

struct Row {
  const char* name;
  std::string mail;
  std::vector<std::string> want_lines;  ///< "|" before one that stands after an empty line
};

TEST(ReportText, IsTheReadablePartsAsLines) {
  const Row rows[] = {
      {"plain", "Subject: a\n\none\ntwo\n\nthree\n", {"|one", "two", "|three"}},
      {"crlf", "Subject: a\r\n\r\none\r\n\r\ntwo\r\n", {"|one", "|two"}},
      {"no line end", "Subject: a\n\none", {"|one"}},
      {"white space collapsed", "Subject: a\n\n\t one \t two  \n", {"|one two"}},
      {"line of white space is an empty one", "Subject: a\n\none\n \t\ntwo\n", {"|one", "|two"}},
      {"no-break spaces",
       "Content-Type: text/plain; charset=utf-8\n\none\xC2\xA0\xC2\xA0two\n",
       {"|one two"}},
      {"spaces of other scripts",
       "Content-Type: text/plain; charset=utf-8\n\n\u3000one\u2003\u2028two\u00A0\n",
       {"|one two"}},
      {"default-ignorable characters",
       "Content-Type: text/plain; charset=utf-8\n\n\uFEFFo\u200Bn\u00ADe \u2060 t\u202Ew\u200Do\uFE0F\n",
       {"|one two"}},
      {"a line of nothing else is an empty one",
       "Content-Type: text/plain; charset=utf-8\n\none\n\u200B\ntwo\n",
       {"|one", "|two"}},
      {"default-ignorable characters of html",
       "Content-Type: text/html; charset=utf-8\n\n<p>o&shy;n&#8203;e</p>t<wbr>w&#x2060;o\u200B\n",
       {"|one", "two"}},
      {"NUL bytes", std::string("Subject: a\n\none\0two\0\n", 21), {"|one two"}},
      {"what somebody quotes is left out",
       "Subject: a\n\none\n> quoted words\n>more words\ntwo\n",
       {"|one", "two"}},
      {"a list with marks stays", "Subject: a\n\n> user@example.org\n", {"|> user@example.org"}},
      {"a transcript stays",
       "Subject: a\n\n>>> RCPT TO:<user@example.org>\n",
       {"|>>> RCPT TO:<user@example.org>"}},
      {"quoted-printable",
       "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
       "quoted-printable\n\ngr=C3=BC=\nn\n",
       {"|grün"}},
      {"base64",
       "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nb25lCnR3bwo=\n",
       {"|one", "two"}},
      {"latin-1", "Content-Type: text/plain; charset=iso-8859-1\n\ngr\xFCn\n", {"|grün"}},
      {"no charset", "Subject: a\n\ngr\xFCn\n", {"|grün"}},
      {"iso-2022-jp", "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1B$BG[?.\x1B(B\n", {"|配信"}},
      {"utf-7", "Content-Type: text/plain; charset=unicode-1-1-utf-7\n\ngr+APw-n\n", {"|grün"}},
      {"hz", "Content-Type: text/plain; charset=hz-gb-2312\n\n~{VPND~}\n", {"|中文"}},
      {"html", "Content-Type: text/html\n\n<p>one</p><p>t&amp;wo</p>\n", {"|one", "|t&wo"}},
      {"two plain parts",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: "
       "text/plain\n\ntwo\n--b--\n",
       {"|one", "|two"}},
      {"html beside plain is left out",
       "Content-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/html\n\n"
       "<b>two</b>\n--b--\n",
       {"|one"}},
      {"html beside an empty plain part is read",
       "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n"
       "<b>two</b>\n--b--\n",
       {"|two"}},
      {"other parts are left out",
       "Content-Type: multipart/report; boundary=b\n\n--b\n\none\n--b\nContent-Type: "
       "message/delivery-status\n\n"
       "Status: 5.1.1\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nreturned\n--b--\n",
       {"|one"}},
      {"a broken structure is text", "Content-Type: multipart/mixed\n\none\n", {"|one"}},
      {"no body", "Subject: a\n\n", {}},
      {"nothing", "", {}},
  };
  for (const Row& row : rows) {
    const Collected collected(row.mail);
    EXPECT_EQ(collected.lines(), row.want_lines) << row.name;
    EXPECT_TRUE(base::is_utf8(collected.text.flat())) << row.name;
    EXPECT_FALSE(collected.text.is_truncated()) << row.name;
  }
}

TEST(ReportText, FlatIsTheLinesJoined) {
  const Collected collected("Subject: a\n\none  two\n\n  three\n");
  EXPECT_EQ(collected.text.flat(), "one two three ");
  EXPECT_EQ(collected.text.line_at(0), 0U);
  EXPECT_EQ(collected.text.line_at(7), 0U);
  EXPECT_EQ(collected.text.line_at(8), 1U);
  EXPECT_EQ(collected.text.line_at(999), 1U);
}

struct BlockRow {
  const char* name;
  std::string text;
  std::vector<std::string> want_blocks;  ///< "whole" or "summary", a colon, and the text of the block
  std::string want_flat;
};

TEST(ReportText, FindsHeaderBlocksInIt) {
  const BlockRow rows[] = {
      {"whole, at the end",
       "It failed.\n\nReceived: by a\nFrom: b@example.org\nSubject: c\n\nDear d\n",
       {"whole:Received: by a\nFrom: b@example.org\nSubject: c\n"},
       "It failed. "},
      {"that begins with a field of its own",
       "It failed.\n\nX-Own: a\nReceived: by a\nFrom: b@example.org\nSubject: c\n",
       {"whole:X-Own: a\nReceived: by a\nFrom: b@example.org\nSubject: c\n"},
       "It failed. "},
      {"folded",
       "It failed.\n\nReceived: by a\n\tfor b\nMessage-ID: <c@example.org>\nTo: d\n e\n\nDear d\n",
       {"whole:Received: by a\n\tfor b\nMessage-ID: <c@example.org>\nTo: d\n e\n"},
       "It failed. "},
      {"few fields are a summary, and the report goes on",
       "From: a@example.org\nTo: b@example.org\nSubject: c\n\nIt failed.\n",
       {"summary:From: a@example.org\nTo: b@example.org\nSubject: c\n"},
       "From: a@example.org To: b@example.org Subject: It failed. "},
      {"two fields are none",
       "Subject: a\nTo: b@example.org\n\nIt failed.\n",
       {},
       "Subject: To: b@example.org It failed. "},
      {"marked as quoted",
       "It failed.\n\n> Received: by a\n> From: b@example.org\n> Subject: c\n>\n> Dear d\n",
       {"whole:> Received: by a\n> From: b@example.org\n> Subject: c\n"},
       "It failed. "},
      {"indented",
       "It failed.\n\n    Received: by a\n    From: b@example.org\n    Subject: c\n\nDear d\n",
       {"whole:    Received: by a\n    From: b@example.org\n    Subject: c\n"},
       "It failed. "},
      {"cut in its last field",
       "It failed.\n\nReceived: by a\nFrom: b@example.org\nSubj",
       {},
       "It failed. Received: by a From: b@example.org Subj "},
      {"cut after its last field",
       "It failed.\n\nReceived: by a\nFrom: b@example.org\nSubject: c",
       {"whole:Received: by a\nFrom: b@example.org\nSubject: c"},
       "It failed. "},
      {"a summary and a whole one",
       "From: a@example.org\nTo: b@example.org\nDate: c\n\nIt failed.\n\nReceived: by a\nFrom: b\nSubject: "
       "c\n",
       {"summary:From: a@example.org\nTo: b@example.org\nDate: c\n",
        "whole:Received: by a\nFrom: b\nSubject: c\n"},
       "From: a@example.org To: b@example.org Date: c It failed. "},
      {"links and codes are no fields",
       "http://example.org/\n550: no\nurl: http://example.org/\nnote: a\n",
       {},
       "http://example.org/ 550: no url: http://example.org/ note: a "},
  };
  for (const BlockRow& row : rows) {
    const Collected collected("Subject: report\n\n" + row.text);
    std::vector<std::string> blocks;
    for (const auto& block : collected.text.header_blocks()) {
      blocks.push_back((block.is_whole ? "whole:" : "summary:") +
                       std::string(collected.text.raw().substr(block.begin, block.end - block.begin)));
    }
    EXPECT_EQ(blocks, row.want_blocks) << row.name;
    EXPECT_EQ(collected.text.flat(), row.want_flat) << row.name;
  }
}

struct CapRow {
  const char* name;
  std::string mail;
  std::size_t most;
  std::string want_raw;
  bool want_truncated;
};

TEST(ReportText, IsCutAtItsCap) {
  const std::string two_parts =
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n12345\n--b\n\n67890\n--b--\n";
  const CapRow rows[] = {
      {"at the cap", "A: b\n\n1234567890", 10, "1234567890", false},
      {"one past the cap", "A: b\n\n12345678901", 10, "1234567890", true},
      {"a character across the cap", "A: b\n\n123456789ü", 10, "123456789", true},
      {"a character up to the cap", "A: b\n\n12345678ü", 10, "12345678ü", false},
      {"base64 with a character across the cap", "Content-Transfer-Encoding: base64\n\nYcO8\nYcO8", 8, "aüa",
       true},
      {"a second part at the cap", two_parts, 12, "12345\n\n67890", false},
      {"a second part across the cap", two_parts, 9, "12345\n\n6789", true},
      {"a second part past the cap", two_parts, 5, "12345", true},
      {"a structure that is broken", "Content-Type: multipart/mixed\n\n123456", 5, "12345", true},
      {"nothing wanted", "A: b\n\n1", 0, "", true},
  };
  for (const CapRow& row : rows) {
    const Collected collected(row.mail, row.most);
    EXPECT_EQ(collected.text.raw(), row.want_raw) << row.name;
    EXPECT_EQ(collected.text.is_truncated(), row.want_truncated) << row.name;
    EXPECT_TRUE(base::is_utf8(collected.text.flat())) << row.name;
  }
}

TEST(ReportText, ForgetsWhatItHeld) {
  Collected collected("A: b\n\nFrom: a\nTo: b\nReceived: c\n\ngr\xFCn", 10);
  ASSERT_TRUE(collected.text.is_truncated());
  const std::string other = "A: b\n\none\n";
  mail::walk(other, collected.message);
  collected.text.collect(collected.message, kNoCap);
  EXPECT_EQ(collected.text.flat(), "one ");
  EXPECT_EQ(collected.text.raw(), "one\n");
  EXPECT_TRUE(collected.text.header_blocks().empty());
  EXPECT_FALSE(collected.text.is_truncated());
}

}  // namespace
}  // namespace backstop::response
