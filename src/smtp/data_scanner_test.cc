#include "smtp/data_scanner.h"

#include <gtest/gtest.h>

#include <optional>
#include <span>

#include "smtp/pieces_test.h"
#include "smtp/stuffing.h"

namespace backstop::smtp {
namespace {

using namespace std::string_literals;

// What a scanner found, over all pieces.
struct Found {
  std::size_t size = 0;
  bool is_end = false;
  DataFault fault = DataFault::None;

  bool operator==(const Found&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Found& found) {
  return out << found.size << (found.is_end ? ", the end, " : ", ") << explain(found.fault);
}

// Returns how many of the first `size` bytes are dots that begin a line.
std::size_t line_dots(std::string_view bytes, std::size_t size) {
  std::size_t dots = 0;
  for (std::size_t at = 0; at < size; ++at) {
    if (bytes[at] == '.' && (at == 0 || bytes[at - 1] == '\n')) ++dots;
  }
  return dots;
}

Found scan_data(const Pieces& pieces) {
  DataScanner scanner;
  Found found;
  std::string whole;
  std::size_t dots = 0;
  for (const std::string_view piece : pieces) {
    const auto scan = scanner.scan(piece);
    whole += piece;
    dots += scan.dots;
    EXPECT_EQ(dots, line_dots(whole, found.size + scan.size)) << testing::PrintToString(whole);
    found = {found.size + scan.size, scan.is_end, scan.fault};
    if (scan.is_end || scan.fault != DataFault::None) break;
    EXPECT_EQ(scan.size, piece.size());
  }
  return found;
}

Found scan_chunks(const Pieces& pieces) {
  ChunkScanner scanner;
  Found found;
  for (const std::string_view piece : pieces) {
    const auto scan = scanner.scan(piece);
    found = {found.size + scan.size, false, scan.fault};
    if (scan.fault != DataFault::None) return found;
    EXPECT_EQ(scan.size, piece.size());
  }
  found.fault = scanner.finish();
  return found;
}

struct Row {
  const char* name;
  std::string bytes;
  Found want;
};

const Row kEnds[] = {
    {"no mail at all", ".\r\n", {3, true}},
    {"empty line only", "\r\n.\r\n", {5, true}},
    {"header and body", "A: b\r\n\r\nc\r\n.\r\n", {14, true}},
    {"the next command is not part of it", "a\r\n.\r\nQUIT\r\n", {6, true}},
    {"nor are faults behind the end", "a\r\n.\r\n\n\r\0"s, {6, true}},
    {"first of two ends", "a\r\n.\r\n.\r\n", {6, true}},
    {"line of two dots before", "..\r\n.\r\n", {7, true}},
    {"line of dot and letter before", ".x\r\n.\r\n", {7, true}},
    {"dot at the end of a line", "a.\r\n.\r\n", {7, true}},
    {"long lines", std::string(200, 'a') + "\r\n" + std::string(300, '.') + "\r\n.\r\n", {507, true}},
    {"bytes above 127", "\xFF\x8D\x8A\xAE\r\n.\r\n", {9, true}},
};

const Row kOpen[] = {
    {"nothing", "", {0}},
    {"a dot", ".", {1}},
    {"a dot and a CR", ".\r", {2}},
    {"a line", "a\r\n", {3}},
    {"a CR at the end", "a\r", {2}},
    {"a line and a dot", "a\r\n.", {4}},
    {"two dots", "a\r\n..\r\n", {7}},
    {"dot within a line", "a.\r\n", {4}},
    {"dot after a space", " .\r\n", {4}},
    {"dot before a letter", ".a\r\n", {4}},
    {"control characters", "\x01\x0B\x0C\x1A\x7F\r\n", {7}},
};

const Row kFaults[] = {
    {"LF", "\n", {0, false, DataFault::BareLf}},
    {"LF after a letter", "a\n", {1, false, DataFault::BareLf}},
    {"LF after a line", "a\r\n\n", {3, false, DataFault::BareLf}},
    {"CR before a letter", "a\rb", {2, false, DataFault::BareCr}},
    {"two CR", "\r\r\n", {1, false, DataFault::BareCr}},
    {"NUL", "\0"s, {0, false, DataFault::Nul}},
    {"NUL after a letter", "a\0b"s, {1, false, DataFault::Nul}},
    {"NUL after a line", "a\r\n\0"s, {3, false, DataFault::Nul}},
    {"NUL after a CR", "a\r\0"s, {2, false, DataFault::BareCr}},
    {"the first of two", "a\n\0"s, {1, false, DataFault::BareLf}},
    // The ends that servers disagree about (CVE-2023-51764, 51765, 51766 and later ones).
    {"LF dot LF", "a\n.\nMAIL FROM:<>\r\n", {1, false, DataFault::BareLf}},
    {"LF dot CRLF", "a\n.\r\nMAIL FROM:<>\r\n", {1, false, DataFault::BareLf}},
    {"CR dot CR", "a\r.\rMAIL FROM:<>\r\n", {2, false, DataFault::BareCr}},
    {"CR dot CRLF", "a\r.\r\nMAIL FROM:<>\r\n", {2, false, DataFault::BareCr}},
    {"CR dot LF", "a\r.\nMAIL FROM:<>\r\n", {2, false, DataFault::BareCr}},
    {"CRLF dot LF", "a\r\n.\nMAIL FROM:<>\r\n", {4, false, DataFault::BareLf}},
    {"CRLF dot CR", "a\r\n.\rMAIL FROM:<>\r\n", {5, false, DataFault::BareCr}},
    {"CRLF dot CR CRLF", "a\r\n.\r\r\nMAIL FROM:<>\r\n", {5, false, DataFault::BareCr}},
    {"CRLF NUL dot CRLF", "a\r\n\0.\r\nMAIL FROM:<>\r\n"s, {3, false, DataFault::Nul}},
    {"CRLF dot NUL CRLF", "a\r\n.\0\r\nMAIL FROM:<>\r\n"s, {4, false, DataFault::Nul}},
};

TEST(DataScanner, FindsEndsAndFaults) {
  for (const auto& table :
       {std::span<const Row>(kEnds), std::span<const Row>(kOpen), std::span<const Row>(kFaults)}) {
    for (const auto& row : table) {
      in_pieces(row.bytes, [&](const Pieces& pieces, const std::string& how) {
        EXPECT_EQ(scan_data(pieces), row.want) << row.name << ", " << how;
      });
    }
  }
}

TEST(DataScanner, FindsThemAtEachPlaceOfABlock) {
  // A line before moves each row over every position of a block of 64 bytes and the next one.
  for (const auto& table :
       {std::span<const Row>(kEnds), std::span<const Row>(kOpen), std::span<const Row>(kFaults)}) {
    for (const auto& row : table) {
      for (std::size_t before = 0; before < 130; ++before) {
        const std::string bytes = std::string(before, 'x') + "\r\n" + row.bytes;
        Found want = row.want;
        want.size += before + 2;
        EXPECT_EQ(scan_data({bytes}), want) << row.name << ", behind " << before;
      }
    }
  }
}

// The same rules, written as plainly as possible.
Found plainly(std::string_view bytes, bool has_end) {
  const auto is = [&](std::size_t at, char c) { return at < bytes.size() && bytes[at] == c; };
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool is_after_cr = at > 0 && bytes[at - 1] == '\r';
    if (is_after_cr && !is(at, '\n')) return {at, false, DataFault::BareCr};
    if (!is_after_cr && is(at, '\n')) return {at, false, DataFault::BareLf};
    if (is(at, '\0')) return {at, false, DataFault::Nul};
    const std::string_view so_far = bytes.substr(0, at + 1);
    if (has_end && (so_far == ".\r\n" || so_far.ends_with("\r\n.\r\n")))
      return {at + 1, true, DataFault::None};
  }
  return {bytes.size(), false, DataFault::None};
}

TEST(DataScanner, AgreesWithThePlainRules) {
  for_each_text("\r\n.a\0"s, 7, [](const std::string& text) {
    const Found want = plainly(text, true);
    ASSERT_EQ(scan_data({text}), want) << testing::PrintToString(text);
    // Over the edge of a block.
    const std::string behind = std::string(60, 'x') + "\r\n" + text;
    ASSERT_EQ(scan_data({behind}), plainly(behind, true)) << testing::PrintToString(text);
  });
}

TEST(DataScanner, CountsTheDotsThatAreNoPartOfTheMessage) {
  std::string plain;
  for (std::size_t line = 0; line < 200; ++line) {
    plain += std::string(line % 5, '.') + std::string(line % 71, 'x') + "\r\n";
  }
  std::string wire;
  Stuffer stuffer;
  stuffer.append(plain, wire);
  stuffer.finish(wire);
  in_pieces(wire, [&](const Pieces& pieces, const std::string& how) {
    DataScanner scanner;
    std::size_t dots = 0;
    for (const std::string_view piece : pieces) dots += scanner.scan(piece).dots;
    EXPECT_EQ(wire.size() - dots - std::string_view("\r\n").size(), plain.size()) << how;
  });
}

TEST(DataScanner, IsNewAfterReset) {
  DataScanner scanner;
  ASSERT_TRUE(scanner.scan(".\r\n").is_end);
  scanner.reset();
  EXPECT_TRUE(scanner.scan(".\r\n").is_end);
  scanner.reset();
  ASSERT_EQ(scanner.scan("a\r\n.\r").size, 5U);
  scanner.reset();
  EXPECT_EQ(scanner.scan("\n").fault, DataFault::BareLf);
}

const Row kChunks[] = {
    {"nothing", "", {0}},
    {"a line", "a\r\n", {3}},
    {"no line end", "a", {1}},
    {"a dot alone is data", "a\r\n.\r\nb\r\n", {9}},
    {"CR at the end", "a\r\nb\r", {5, false, DataFault::BareCr}},
    {"LF", "a\nb", {1, false, DataFault::BareLf}},
    {"CR", "a\rb", {2, false, DataFault::BareCr}},
    {"NUL", "a\0"s, {1, false, DataFault::Nul}},
    {"LF dot LF", "a\r\nb\n.\n", {4, false, DataFault::BareLf}},
};

TEST(ChunkScanner, FindsFaults) {
  for (const auto& row : kChunks) {
    in_pieces(row.bytes, [&](const Pieces& pieces, const std::string& how) {
      EXPECT_EQ(scan_chunks(pieces), row.want) << row.name << ", " << how;
    });
  }
}

TEST(ChunkScanner, AgreesWithThePlainRules) {
  for_each_text("\r\n.a\0"s, 6, [](const std::string& text) {
    for (const std::size_t before : {0, 61}) {
      const std::string bytes = std::string(before, 'x') + text;
      Found want = plainly(bytes, false);
      if (want.fault == DataFault::None && bytes.ends_with('\r')) want.fault = DataFault::BareCr;
      ASSERT_EQ(scan_chunks({bytes}), want) << testing::PrintToString(text);
    }
  });
}

TEST(ChunkScanner, IsNewAfterReset) {
  ChunkScanner scanner;
  scanner.scan("a\r");
  scanner.reset();
  EXPECT_EQ(scanner.finish(), DataFault::None);
  EXPECT_EQ(scanner.scan("\n").fault, DataFault::BareLf);
}

struct EndRow {
  std::string bytes;
  std::optional<std::size_t> want;  // where the message ends
  bool want_may_have_ended = false;
};

// The finder begins within a line.
const EndRow kEndsAlone[] = {
    {"", std::nullopt},
    {"\r\n.\r\n", 5},
    {"a\nb\r\n.\r\nNOOP\r\n", 8},
    {"\r\n.\r\n.\r\n", 5},
    {"\r\r\n.\r\n", 6},
    {"\r\n\r\n.\r\n", 7},
    {"\r\n.\r\r\n.\r\n", 9},
    {"\r\n.\r\n\r\n.\r\n", 5},
    {"\0\r\n.\r\n"s, 6},
    {".\r\n", std::nullopt},
    {"\r\n..\r\n", std::nullopt},
    {"\r\n.\0\r\n"s, std::nullopt},
    {"\r\n.x\r\n", std::nullopt},
    {"\r\n.\r", std::nullopt, true},
    {"\n.\n", std::nullopt, true},
    {"\n.\r\n", std::nullopt, true},
    {"\r\n.\n", std::nullopt, true},
    {"\r.\r", std::nullopt, true},
    {"\r.\r\n", std::nullopt, true},
    {"\r.\n", std::nullopt, true},
    {"a\n.\n", std::nullopt, true},
    {"\n.\na", std::nullopt},
    {"\n.\n\n", std::nullopt},
    {"\n..\n", std::nullopt},
    {"\n.", std::nullopt},
    {"x.\n", std::nullopt},
};

void expect_end(const std::string& bytes, std::optional<std::size_t> want, bool want_may_have_ended) {
  in_pieces(bytes, [&](const Pieces& pieces, const std::string& how) {
    EndFinder finder;
    std::size_t before = 0;
    std::optional<std::size_t> found;
    for (const std::string_view piece : pieces) {
      if (const auto end = finder.find(piece)) {
        found = before + *end;
        break;
      }
      before += piece.size();
    }
    EXPECT_EQ(found, want) << testing::PrintToString(bytes) << ' ' << how;
    if (!found)
      EXPECT_EQ(finder.may_have_ended(), want_may_have_ended) << testing::PrintToString(bytes) << ' ' << how;
  });
}

TEST(EndFinder, FindsTheEndAlone) {
  for (const auto& row : kEndsAlone) expect_end(row.bytes, row.want, row.want_may_have_ended);
}

TEST(EndFinder, AgreesWithThePlainRules) {
  for_each_text("\r\n.", 7, [](const std::string& text) {
    const auto at = text.find("\r\n.\r\n");
    const auto want = at == std::string::npos ? std::nullopt : std::optional(at + 5);
    EndFinder finder;
    ASSERT_EQ(finder.find(text), want) << testing::PrintToString(text);
  });
}

TEST(DataFault, IsExplained) {
  EXPECT_EQ(explain(DataFault::BareLf), "a line feed without carriage return");
  EXPECT_EQ(explain(DataFault::BareCr), "a carriage return without line feed");
  EXPECT_EQ(explain(DataFault::Nul), "a NUL byte");
  EXPECT_EQ(explain(DataFault::None), "no fault");
}

}  // namespace
}  // namespace backstop::smtp
