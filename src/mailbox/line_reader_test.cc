#include "mailbox/line_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "mailbox/pieces_fixture.h"

namespace backstop::mailbox {
namespace {

constexpr std::size_t kCap = 8;

// Lines in brackets; "+" behind those that were cut.
std::string read_all(os::ByteSource& source) {
  LineReader reader(source, kCap);
  std::string seen;
  for (;;) {
    const auto line = reader.next();
    if (!line) return seen + "error: " + line.error().message;
    if (!*line) return seen;
    seen.append("[").append((*line)->text).append((*line)->is_cut ? "]+" : "]");
  }
}

struct LineRow {
  const char* name;
  std::string text;
  const char* want;
};

const LineRow kRows[] = {
    {"nothing", "", ""},
    {"one", "a\n", "[a]"},
    {"one without its end", "a", "[a]"},
    {"empty lines", "\n\r\n\n", "[][][]"},
    {"CRLF", "a\r\nb\r\n", "[a][b]"},
    {"CR within", "a\rb\n", "[a\rb]"},
    {"at the cap", "12345678\n12345678\r\n12345678", "[12345678][12345678][12345678]"},
    {"past the cap", "123456789\n123456789\r\n123456789", "[12345678]+[12345678]+[12345678]+"},
    {"a CR where the cap is", "12345678\rabc\n", "[12345678]+"},
    {"far past the cap", std::string(600'000, '1') + "\nb\n", "[11111111]+[b]"},
};

TEST(LineReader, ReadsEveryRowInPiecesOfEverySize) {
  for (const auto& row : kRows) {
    for (const std::size_t piece : {1UZ, 2UZ, 3UZ, 4096UZ, 1'000'000UZ}) {
      Pieces source(row.text, piece);
      EXPECT_EQ(read_all(source), row.want) << row.name << " in pieces of " << piece;
    }
  }
}

TEST(LineReader, TellsOfAReadThatFailed) {
  Pieces source("a\nb", 2, 2);
  EXPECT_EQ(read_all(source), "[a]error: Input/output error");
}

}  // namespace
}  // namespace backstop::mailbox
