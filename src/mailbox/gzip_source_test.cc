#include "mailbox/gzip_source.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "mailbox/gzip_fixture.h"
#include "mailbox/pieces_fixture.h"

namespace backstop::mailbox {
namespace {

// All that is read, in pieces of both sides.
std::string read_all(std::string_view bytes, std::size_t piece,
                     std::size_t fail_after = std::string_view::npos) {
  Pieces packed(bytes, piece, fail_after);
  GzipSource source(packed);
  std::string seen;
  std::string room(piece, '\0');
  for (;;) {
    const auto got = source.read(room);
    if (!got) return seen + "error: " + got.error().message;
    if (*got == 0) return seen;
    seen.append(room, 0, *got);
  }
}

struct GzipRow {
  const char* name;
  std::string bytes;
  std::string want;
};

std::vector<GzipRow> rows() {
  const std::string damaged = "error: the gzip data is damaged or cut short";
  std::string wrong_sum = gzipped("some text");
  wrong_sum[wrong_sum.size() - 8] ^= 1;
  return {
      {"nothing", "", ""},
      {"one byte", "a", "a"},
      {"plain", "some text", "some text"},
      {"plain, begins as gzip's first byte", "\x1f and so on", "\x1f and so on"},
      {"packed", gzipped("some text"), "some text"},
      {"packed nothing", gzipped(""), ""},
      {"two packed files", gzipped("some ") + gzipped("text"), "some text"},
      {"zeros after it", gzipped("some text") + std::string(3, '\0'), "some text"},
      {"damaged header", "\x1f\x8b\x01nothing", damaged},
      {"wrong checksum", wrong_sum, "some text" + damaged},
      {"cut before its end", gzipped("some text").substr(0, 24), "some text" + damaged},
      {"much", gzipped(std::string(300'000, 'a')), std::string(300'000, 'a')},
  };
}

TEST(GzipSource, ReadsEveryRowInPiecesOfEverySize) {
  for (const auto& row : rows()) {
    for (const std::size_t piece : {1UZ, 2UZ, 100'000UZ}) {
      EXPECT_EQ(read_all(row.bytes, piece), row.want) << row.name << " in pieces of " << piece;
    }
  }
}

TEST(GzipSource, ReadsVerySmallFilesInTimeThatGrowsWithTheirNumber) {
  std::string bytes;
  for (int i = 0; i < 50'000; ++i) bytes += gzipped("a");
  EXPECT_EQ(read_all(bytes, 65'536), std::string(50'000, 'a'));
}

TEST(GzipSource, TellsOfAReadThatFailed) {
  const std::string packed = gzipped("some text");
  for (std::size_t at = 0; at <= packed.size(); ++at) {
    EXPECT_TRUE(read_all(packed, 1, at).ends_with("error: Input/output error")) << "after " << at;
  }
}

}  // namespace
}  // namespace backstop::mailbox
