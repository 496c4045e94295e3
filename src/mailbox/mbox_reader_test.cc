#include "mailbox/mbox_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mailbox/pieces_fixture.h"

namespace backstop::mailbox {
namespace {

std::string read_all(os::ByteSource& source, std::size_t cap) {
  MboxReader reader(source, {}, cap);
  std::string seen;
  for (;;) {
    const auto mail = reader.next();
    if (!mail) return seen + "error: " + mail.error().message;
    if (!*mail) return seen;
    seen.append("[").append((*mail)->bytes).append("]");
    if ((*mail)->is_past_cap) seen += "+";
    if ((*mail)->is_last) seen += ".";
  }
}

constexpr std::string_view kMark = "From ann@example.org Thu Jan  1 00:00:00 2026\n";

// "@" stands for a postmark line.
std::string mbox(std::string_view text) {
  std::string out;
  for (const char c : text) c == '@' ? out += kMark : out += c;
  return out;
}

struct MboxRow {
  const char* name;
  std::string text;
  std::string want;
};

std::vector<MboxRow> rows() {
  return {
      {"one", mbox("@A: 1\n\nbody\n\n"), "[A: 1\n\nbody\n]."},
      {"one without the last empty line", mbox("@A: 1\n\nbody\n"), "[A: 1\n\nbody\n]."},
      {"one without the last line end", mbox("@A: 1\n\nbody"), "[A: 1\n\nbody]."},
      {"two", mbox("@A: 1\n\nx\n\n@B: 2\n\ny\n\n"), "[A: 1\n\nx\n][B: 2\n\ny\n]."},
      {"line ends CRLF", "From a 10:00 2026\r\nA: 1\r\n\r\nx\r\n\r\nFrom b 10:00 2026\r\nB: 2\r\n\r\n",
       "[A: 1\r\n\r\nx\r\n][B: 2\r\n]."},
      {"no empty line before it", mbox("@A: 1\n\nx\n@y\n"), "[A: 1\n\nx\n" + std::string(kMark) + "y\n]."},
      {"no empty line before the next mail", mbox("@A: 1\n\nx\n@To: y\n\nz\n@Received: w\n\nv\n"),
       "[A: 1\n\nx\n][To: y\n\nz\n][Received: w\n\nv\n]."},
      {"no empty line after the last boundary", mbox("@A: 1\n\n--b--\n@To: y\n\nz\n"),
       "[A: 1\n\n--b--\n][To: y\n\nz\n]."},
      {"no empty line, CRLF", "From a 10:00 2026\r\nA: 1\r\n\r\nx\r\nFrom b 10:00 2026\r\nTo: b\r\n\r\n",
       "[A: 1\r\n\r\nx\r\n][To: b\r\n]."},
      {"a returned mail below its rule", mbox("@A: 1\n\n-- Unsent message --\n@To: y\n\nz\n"),
       "[A: 1\n\n-- Unsent message --\n" + std::string(kMark) + "To: y\n\nz\n]."},
      {"no date", "From -\nFrom: a\nDate: b\n\nx\n\nFrom - \nX-Mozilla-Status: 0001\nFrom: c\nTo: d\n\ny\n",
       "[From: a\nDate: b\n\nx\n][X-Mozilla-Status: 0001\nFrom: c\nTo: d\n\ny\n]."},
      {"no date and no empty line",
       "From -\nFrom: a\nDate: b\n\nx\nFrom jo@example.net\nFrom: c\nTo: d\n\ny\n",
       "[From: a\nDate: b\n\nx\n][From: c\nTo: d\n\ny\n]."},
      {"no time", mbox("@A: 1\n\nx\n\nFrom jo Thu Jan 1 2026\nReceived: b\n\tc\nDate: d\n\ny\n"),
       "[A: 1\n\nx\n][Received: b\n\tc\nDate: d\n\ny\n]."},
      {"no date, and a byte order mark",
       mbox("@A: 1\n\nx\n\nFrom -\n\xEF\xBB\xBF"
            "From: a\nDate: b\n\ny\n"),
       "[A: 1\n\nx\n][\xEF\xBB\xBF"
       "From: a\nDate: b\n\ny\n]."},
      {"no date and no header", mbox("@A: 1\n\nx\n\nFrom -\nhello\n\n"), "[A: 1\n\nx\n\nFrom -\nhello\n]."},
      {"sentence above fields", mbox("@A: 1\n\nx\n\nFrom what I hear\nFrom: a\nDate: b\n\n"),
       "[A: 1\n\nx\n\nFrom what I hear\nFrom: a\nDate: b\n]."},
      {"sentence", mbox("@A: 1\n\nx\n\nFrom what I hear\n\n"), "[A: 1\n\nx\n\nFrom what I hear\n]."},
      {"quoted", mbox("@A: 1\n\nx\n\n>@y\n"), "[A: 1\n\nx\n\n>" + std::string(kMark) + "y\n]."},
      {"empty mail between", mbox("@\n@B: 2\n\n"), "[][B: 2\n]."},
      {"length believed", mbox("@Content-Length: 51\n\nx\n\n@y\n\n@B: 2\n\n"),
       "[Content-Length: 51\n\nx\n\n" + std::string(kMark) + "y\n][B: 2\n]."},
      {"length wrong", mbox("@Content-Length: 7\n\nx\n\n@B: 2\n\n"), "[Content-Length: 7\n\nx\n][B: 2\n]."},
      {"length absurd", mbox("@Content-Length: 99999999999999999999\n\nx\n\n@B: 2\n\n"),
       "[Content-Length: 99999999999999999999\n\nx\n][B: 2\n]."},
      {"length past the end", mbox("@Content-Length: 900\n\nx\n\n@B: 2\n\n"),
       "[Content-Length: 900\n\nx\n][B: 2\n]."},
  };
}

TEST(MboxReader, ReadsEveryRowInPiecesOfEverySize) {
  for (const auto& row : rows()) {
    for (const std::size_t piece : {1UZ, 2UZ, 3UZ, 7UZ, 4096UZ}) {
      Pieces source(row.text, piece);
      EXPECT_EQ(read_all(source, 1000), row.want) << row.name << " in pieces of " << piece;
    }
  }
}

struct DoubtRow {
  const char* name;
  std::string text;
  std::uint64_t want;
};

TEST(MboxReader, CountsLinesThatMayBeginAMail) {
  const DoubtRow rows[] = {
      {"none", mbox("@A: 1\n\nx\n\n@B: 2\n\nFrom what I hear\n"), 0},
      {"no date, one field", mbox("@A: 1\n\nx\n\nFrom -\nDate: b\n\n"), 1},
      {"no date, below the announcement of a mail",
       mbox("@A: 1\n\nThe mail was:\n\nFrom jo\nFrom: a\nDate: b\n\n"), 1},
      {"in a MIME part", mbox("@A: 1\n\n--b\nContent-Type: message/rfc822\n\nFrom -\nFrom: a\nDate: b\n\n"),
       1},
      {"no empty line, below a rule, twice",
       mbox("@A: 1\n\n-- Unsent message --\n@To: y\n\n-- Unsent message --\n@To: z\n"), 2},
      {"taken for mails", mbox("@A: 1\n\nx\nFrom -\nFrom: a\nDate: b\n\ny\n@To: c\n\n"), 0},
  };
  for (const auto& row : rows) {
    Pieces source(row.text, 3);
    MboxReader reader(source, {}, 1000);
    while (reader.next().value()) {
    }
    EXPECT_EQ(reader.doubts().count, row.want) << row.name;
    if (row.want > 0) {
      EXPECT_EQ(row.text.substr(reader.doubts().first, 5), "From ") << row.name;
      EXPECT_GT(reader.doubts().first, 0) << row.name;
    }
  }
}

// Two fields that people write above a quoted mail, below a line without a date.
TEST(MboxReader, CountsMailsThatMayBeText) {
  const std::string dateless = "From -\nFrom: a\nDate: b\n\ny\n\n";
  const DoubtRow rows[] = {
      {"in an mbox with dates", mbox("@A: 1\n\nx\n\n") + dateless, 1},
      {"twice", mbox("@A: 1\n\nx\n\n") + dateless + dateless, 2},
      {"no empty line", mbox("@A: 1\n\nx\n") + dateless, 1},
      {"in an mbox without dates", dateless + dateless, 0},
      {"a field of a program", mbox("@A: 1\n\nx\n\nFrom -\nFrom: a\nReceived: b\n\ny\n"), 0},
      {"with a date", mbox("@A: 1\n\nx\n\n@From: a\nDate: b\n\ny\n"), 0},
      {"not taken", mbox("@A: 1\n\nThe mail was:\n\n") + dateless, 0},
  };
  for (const auto& row : rows) {
    Pieces source(row.text, 3);
    MboxReader reader(source, {}, 1000);
    while (reader.next().value()) {
    }
    EXPECT_EQ(reader.taken().count, row.want) << row.name;
    EXPECT_EQ(reader.taken().first, row.want == 0 ? 0 : row.text.find("From -")) << row.name;
  }
}

TEST(MboxReader, CutAtEveryPositionItEnds) {
  for (const auto& row : rows()) {
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
      Pieces source(std::string_view(row.text).substr(0, cut), 4096);
      const std::string seen = read_all(source, 1000);
      EXPECT_EQ(seen.empty(), cut == 0) << row.name << " cut at " << cut;
    }
  }
}

TEST(MboxReader, AtTheCapWholeAndPastItCut) {
  const std::string text = mbox("@A: 1\n\n01234567\n\n@B: 2\n\n");
  Pieces at(text, 4096);
  EXPECT_EQ(read_all(at, 15), "[A: 1\n\n01234567\n][B: 2\n].");
  Pieces past(text, 4096);
  EXPECT_EQ(read_all(past, 14), "[A: 1\n\n01234567]+[B: 2\n].");
}

TEST(MboxReader, GoesOnAfterAMailOfManyTimesTheCap) {
  std::string text = mbox("@A: 1\n\n");
  for (int i = 0; i < 500'000; ++i) text += "filling\n";
  text += mbox("\n@B: 2\n\nx\n\n@C: 3\n\n");
  for (const std::size_t piece : {1000UZ, 65'536UZ}) {
    Pieces source(text, piece);
    EXPECT_EQ(read_all(source, 10), "[A: 1\n\nfill]+[B: 2\n\nx\n][C: 3\n].") << piece;
  }
}

// What is read at once ends at every place in and around the "From " line after a mail past the cap.
TEST(MboxReader, FindsTheMailAfterOnePastTheCapWhereverReadingStopped) {
  constexpr std::size_t kReadAtOnce = 1024UZ * 1024;
  const std::string begin = mbox("@A: 1\n\n");
  const std::string end = mbox("\n\n@B: 2\n\n");
  for (std::size_t before = 0; before <= 12; ++before) {
    Pieces source(begin + std::string(kReadAtOnce - begin.size() - before, 'x') + end, kReadAtOnce);
    EXPECT_EQ(read_all(source, 10), "[A: 1\n\nxxxx]+[B: 2\n].") << before;
  }
}

TEST(MboxReader, TellsAFailingRead) {
  Pieces source(mbox("@A: 1\n\nx\n\n"), 8, 16);
  EXPECT_EQ(read_all(source, 1000), "error: Input/output error");
}

TEST(MboxReader, OffsetIsThatOfThePostmark) {
  Pieces source(mbox("@A: 1\n\nx\n\n@B: 2\n\n"), 4096);
  MboxReader reader(source, {}, 1000);
  ASSERT_TRUE(reader.next().value().has_value());
  EXPECT_EQ(reader.next().value().value().offset, kMark.size() + 9);
}

}  // namespace
}  // namespace backstop::mailbox
