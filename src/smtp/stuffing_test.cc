#include "smtp/stuffing.h"

#include <gtest/gtest.h>

#include "smtp/data_scanner.h"
#include "smtp/pieces_test.h"

namespace backstop::smtp {
namespace {

using namespace std::string_literals;

std::string stuffed(const Pieces& pieces) {
  Stuffer stuffer;
  std::string out;
  for (const std::string_view piece : pieces) stuffer.append(piece, out);
  stuffer.finish(out);
  return out;
}

std::string unstuffed(const Pieces& pieces) {
  Unstuffer unstuffer;
  std::string out;
  for (const std::string_view piece : pieces) unstuffer.append(piece, out);
  return out;
}

struct Row {
  const char* name;
  std::string plain;
  std::string want;  ///< stuffed, with the end of data
};

const Row kRows[] = {
    {"nothing", "", ".\r\n"},
    {"a line", "a\r\n", "a\r\n.\r\n"},
    {"no line end", "a", "a\r\n.\r\n"},
    {"dot at the start", ".a\r\n", "..a\r\n.\r\n"},
    {"dot at the start of a line", "a\r\n.b\r\n", "a\r\n..b\r\n.\r\n"},
    {"a dot alone", "a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"},
    {"a dot alone is the whole mail", ".\r\n", "..\r\n.\r\n"},
    {"a dot without line end", "a\r\n.", "a\r\n..\r\n.\r\n"},
    {"two dots", "..\r\n", "...\r\n.\r\n"},
    {"dots within", "a.b.\r\n .\r\n", "a.b.\r\n .\r\n.\r\n"},
    {"lines of dots", ".\r\n.\r\n.\r\n", "..\r\n..\r\n..\r\n.\r\n"},
    {"long lines", std::string(150, 'a') + "\r\n." + std::string(150, 'b'),
     std::string(150, 'a') + "\r\n.." + std::string(150, 'b') + "\r\n.\r\n"},
    // No scanner lets these pass. A lenient reader must still find no end of data in the result.
    {"LF at the end", "a\n", "a\n\r\n.\r\n"},
    {"LF and a dot", "a\n.\r\n", "a\n..\r\n.\r\n"},
};

TEST(Stuffer, AddsDots) {
  for (const auto& row : kRows) {
    in_pieces(row.plain, [&](const Pieces& pieces, const std::string& how) {
      EXPECT_EQ(stuffed(pieces), row.want) << row.name << ", " << how;
    });
  }
}

TEST(Stuffer, IsNewAfterTheEnd) {
  Stuffer stuffer;
  std::string out;
  stuffer.append("a", out);
  stuffer.finish(out);
  stuffer.append(".b", out);
  stuffer.finish(out);
  EXPECT_EQ(out, "a\r\n.\r\n..b\r\n.\r\n");
}

TEST(Unstuffer, RemovesTheDotsAndTheEnd) {
  for (const auto& row : kRows) {
    // The line end that finish() had to add stays.
    std::string want = row.plain;
    if (!want.empty() && !want.ends_with("\r\n")) want += "\r\n";
    in_pieces(row.want, [&](const Pieces& pieces, const std::string& how) {
      EXPECT_EQ(unstuffed(pieces), want) << row.name << ", " << how;
    });
  }
}

TEST(Unstuffer, RemovesADotBeforeAnyCharacter) {
  // RFC 5321 4.5.2: a first dot is taken away, whatever follows it. Some clients never add any.
  in_pieces(".a\r\n.b\r\n", [](const Pieces& pieces, const std::string& how) {
    EXPECT_EQ(unstuffed(pieces), "a\r\nb\r\n") << how;
  });
}

TEST(Unstuffer, IsNewAfterReset) {
  Unstuffer unstuffer;
  std::string out;
  unstuffer.append("a\r\nb", out);
  unstuffer.reset();
  unstuffer.append("..c", out);
  EXPECT_EQ(out, "a\r\nb.c");
}

TEST(Stuffing, UndoesItself) {
  for_each_text("\r\n.a"s, 8, [](const std::string& text) {
    for (const std::size_t before : {0, 61}) {
      const std::string plain = std::string(before, 'x') + text;
      Stuffer stuffer;
      std::string wire;
      stuffer.append(plain, wire);
      ASSERT_EQ(unstuffed({wire}), plain) << testing::PrintToString(text);
    }
  });
}

TEST(Stuffing, IsReadToItsEndAndNoFurther) {
  std::size_t count = 0;
  for_each_text("\r\n.a"s, 8, [&](const std::string& text) {
    ChunkScanner chunks;
    if (chunks.scan(text).fault != DataFault::None || chunks.finish() != DataFault::None) return;
    ++count;
    const std::string wire = stuffed({text});
    const auto scan = DataScanner().scan(wire);
    ASSERT_TRUE(scan.is_end) << testing::PrintToString(text);
    ASSERT_EQ(scan.size, wire.size()) << testing::PrintToString(text);
  });
  // The texts of CRLF, "." and "a" in up to 8 octets: 1 + 2 + 5 + 12 + 29 + 70 + 169 + 408 + 985.
  EXPECT_EQ(count, 1681U);
}

}  // namespace
}  // namespace backstop::smtp
