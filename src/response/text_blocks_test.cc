#include "response/text_blocks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace backstop::response {
namespace {

constexpr std::size_t kMost = 64 * 1024;

std::vector<std::string> blocks_in(std::string_view text, std::size_t most = kMost) {
  std::vector<std::string> all;
  TextBlocks blocks(text, most);
  while (const auto block = blocks.next()) all.push_back(block->bytes);
  return all;
}

std::string crlf(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  return lines;
}

struct Row {
  const char* name;
  std::string text;
  std::string want;  ///< with LF; empty for no block
};

void expect_blocks(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto found = blocks_in(row.text);
    ASSERT_EQ(found.size(), row.want.empty() ? 0U : 1U) << row.name;
    if (!found.empty()) EXPECT_EQ(found[0], crlf(row.want)) << row.name;
  }
}

const std::string kHeader =
    "Received: from a.example.org\n\tby mx.example.net; x\nFrom: ann@example.org\nSubject: minutes\n";

std::string with_prefix(std::string_view prefix, std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at) + 1;
    made.append(prefix).append(text.substr(at, end - at));
    at = end;
  }
  return made;
}

TEST(TextBlocks, AreFoundInText) {
  expect_blocks({
      {"alone", kHeader, kHeader},
      {"no line end at the end", kHeader.substr(0, kHeader.size() - 1), kHeader},
      {"between words", "It failed.\n\n" + kHeader + "\nbody\n", kHeader},
      {"with CRLF", crlf(kHeader) + "\r\nbody\r\n", kHeader},
      {"a line in front", "------ Original ------\n" + kHeader + "\nbody", kHeader},
      {"words directly behind", kHeader + "It failed.\n", kHeader},
      {"with names that nobody knows", "From: a@b.ex\nThread-Index: x\nTo: c@d.ex\nSubject: s\n",
       "From: a@b.ex\nThread-Index: x\nTo: c@d.ex\nSubject: s\n"},
      {"two fields", "From: ann@example.org\nSubject: minutes\n", ""},
      {"three of one name", "To: a@b.ex\nTo: c@d.ex\nTo: e@f.ex\n", ""},
      {"unknown names alone", "Reason: x\nCode: 5\nHost: y\n", ""},
      {"nothing", "", ""},
  });
}

TEST(TextBlocks, LoseQuoteMarksAndIndentation) {
  expect_blocks({
      {"indented", with_prefix("    ", kHeader), kHeader},
      {"quoted", with_prefix("> ", kHeader), kHeader},
      {"quoted without a space", with_prefix(">", kHeader), kHeader},
      {"two levels", with_prefix("> > ", kHeader), kHeader},
      {"two levels, close", with_prefix(">> ", kHeader), kHeader},
      {"a bar", with_prefix("| ", kHeader), kHeader},
      {"quoted, with an end", with_prefix("> ", kHeader) + ">\n> From: body\n", kHeader},
      {"quoted, the quote ends", with_prefix("> ", kHeader) + "Why?\n", kHeader},
      {"an empty line after each", "From: a@b.ex\n\n\tc\n\nTo: d@e.ex\n\nSubject: s\n\nbody\n",
       "From: a@b.ex\n\tc\nTo: d@e.ex\nSubject: s\n"},
      {"three empty lines after each", "From: a@b.ex\n\n\n\nTo: d@e.ex\n\n\n\nSubject: s\n",
       "From: a@b.ex\nTo: d@e.ex\nSubject: s\n"},
      {"four", "From: a@b.ex\n\n\n\n\nTo: d@e.ex\nDate: x\nSubject: s\n",
       "To: d@e.ex\nDate: x\nSubject: s\n"},
      {"an empty line in the middle", "From: a@b.ex\nTo: d@e.ex\n\nSubject: s\n", ""},
  });
  const std::string both = kHeader + with_prefix("> ", kHeader);
  TextBlocks quoted(both, kMost);
  const auto first = quoted.next();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->is_quoted);
  const auto second = quoted.next();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->is_quoted);
  EXPECT_FALSE(quoted.next());
}

const std::string kSignature =
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=selector2026;";
const std::string kBase64(160, 'Q');

TEST(TextBlocks, JoinLinesThatWereCut) {
  const std::string rest = "From: a@b.ex\nTo: c@d.ex\nSubject: s\n";
  expect_blocks({
      {"at a space", kSignature + "\nt=1764000000; h=From:To; b=x\n" + rest,
       kSignature + " t=1764000000; h=From:To; b=x\n" + rest},
      {"at a space, in the last field", rest + kSignature + "\nt=1764000000\n\nbody\n",
       rest + kSignature + " t=1764000000\n"},
      {"twice", kSignature + "\n" + kSignature.substr(16) + "\nb=x\n" + rest,
       kSignature + " " + kSignature.substr(16) + " b=x\n" + rest},
      {"a fold that lost its white space", "Received: from a\nby b; x\n" + rest,
       "Received: from a by b; x\n" + rest},
      {"through a long word",
       "DKIM-Signature: b=" + kBase64.substr(0, 58) + "\n" + kBase64.substr(58) + "\n" + rest,
       "DKIM-Signature: b=" + kBase64 + "\n" + rest},
      {"before a long word", "DKIM-Signature: v=1;\nb=" + kBase64 + "\n" + rest,
       "DKIM-Signature: v=1; b=" + kBase64 + "\n" + rest},
      {"a list of ids",
       "References: <" + kBase64.substr(0, 60) + "@b.ex>\n<" + kBase64.substr(0, 60) + "@c.ex>\n" + rest,
       "References: <" + kBase64.substr(0, 60) + "@b.ex> <" + kBase64.substr(0, 60) + "@c.ex>\n" + rest},
      {"flowed text keeps its space", kSignature + " \nt=1; b=x\n" + rest, kSignature + " t=1; b=x\n" + rest},
      {"within the names of h=",
       "DKIM-Signature: v=1; d=b.ex; s=x; h=From:To:Date:Message-ID:\nSubject:MIME-Version; b=x\n" + rest,
       "DKIM-Signature: v=1; d=b.ex; s=x; h=From:To:Date:Message-ID: Subject:MIME-Version; b=x\n" + rest},
      {"behind h=, folded", "DKIM-Signature: v=1; h=From:\n\tTo\nSubject:Date; b=x\n" + rest,
       "DKIM-Signature: v=1; h=From:\n\tTo Subject:Date; b=x\n" + rest},
      {"a field behind a finished h=", "DKIM-Signature: v=1; h=From; b=x\nX-A:y\n" + rest,
       "DKIM-Signature: v=1; h=From; b=x\nX-A:y\n" + rest},
      {"a field behind another list", "X-List: h=From:To\nX-A:y\n" + rest,
       "X-List: h=From:To\nX-A:y\n" + rest},
      {"quoted, the rest is quoted", with_prefix("> ", kSignature + "\nt=1; b=x\n" + rest),
       kSignature + " t=1; b=x\n" + rest},
      {"quoted, the rest is not", "> " + kSignature + "\nt=1; b=x\n" + with_prefix("> ", rest),
       kSignature + " t=1; b=x\n" + rest},
  });
}

// The first word of a rest would have made its line longer than the smallest width of a mailer.
TEST(TextBlocks, JoinNoWordsThatHadRoom) {
  const std::string fields = "From: a@b.ex\nTo: c@d.ex\n";
  const std::string at = "Subject: " + std::string(47, 'x');  // 56, and "rest" makes 61
  EXPECT_EQ(blocks_in(fields + at + "\nrest\n"), std::vector{crlf(fields + at + " rest\n")});
  const std::string below = "Subject: " + std::string(46, 'x');
  EXPECT_EQ(blocks_in(fields + below + "\nrest\n"), std::vector{crlf(fields + below + "\n")});
}

TEST(TextBlocks, GoOnBehindTwentyStrayLines) {
  std::string strays;
  for (int i = 0; i < 19; ++i) strays += "stray\n";
  const std::string head = "From: a@b.ex\nTo: c@d.ex\nDate: x\n";
  ASSERT_EQ(blocks_in(head + "first\n" + strays + "Subject: s\n").size(), 1U);
  EXPECT_TRUE(blocks_in(head + "first\n" + strays + "Subject: s\n")[0].ends_with("stray\r\nSubject: s\r\n"));
  EXPECT_EQ(blocks_in(head + "first\nstray\n" + strays + "Subject: s\n"), std::vector{crlf(head)});
}

TEST(TextBlocks, AreCutAtTheCap) {
  TextBlocks at(kHeader, crlf(kHeader).size());
  const auto whole = at.next();
  ASSERT_TRUE(whole);
  EXPECT_FALSE(whole->is_cut);
  EXPECT_EQ(whole->bytes, crlf(kHeader));
  TextBlocks past(kHeader, crlf(kHeader).size() - 1);
  const auto cut = past.next();
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->is_cut);
  EXPECT_EQ(cut->bytes.size(), crlf(kHeader).size() - 1);
}

TEST(TextBlocks, SayWhetherTextFollows) {
  const std::string both = kHeader + "\nbody\n" + kHeader;
  TextBlocks text(both, kMost);
  const auto first = text.next();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->reaches_end);
  const auto second = text.next();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->reaches_end);
}

}  // namespace
}  // namespace backstop::response
