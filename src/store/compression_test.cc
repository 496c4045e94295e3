#include "store/compression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdint>
#include <string>

namespace backstop::store {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMost = 1'000'000;

std::string frame_of(std::string_view text) {
  auto frame = compress(text);
  EXPECT_TRUE(frame);
  return frame.value_or("");
}

/// A frame without a dictionary.
std::string plain_frame(std::string_view text, bool has_size = true) {
  auto* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, has_size ? 1 : 0);
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

TEST(Compression, GivesBackWhatItTook) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const std::string& text : {std::string(), std::string("a"), all, std::string(kMost, 'x')})
    EXPECT_EQ(decompress(frame_of(text), current_dictionary(), kMost).value_or("none"), text);
}

TEST(Compression, TheDictionaryHelpsWithABounce) {
  const std::string mail(
      "From: MAILER-DAEMON@mail.example.net (Mail Delivery System)\r\nSubject: Undelivered Mail Returned to "
      "Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
      "report-type=delivery-status;\r\n\tboundary=\"xx\"\r\n\r\n--xx\r\nContent-Description: "
      "Notification\r\n");
  EXPECT_LT(frame_of(mail).size() * 2, plain_frame(mail).size());
}

TEST(Compression, HoldsTheCap) {
  const auto frame = frame_of(std::string(1000, 'x'));
  EXPECT_TRUE(decompress(frame, current_dictionary(), 1000));
  EXPECT_FALSE(decompress(frame, current_dictionary(), 999));
}

TEST(Compression, RefusesWhatIsNoFrameOfItsOwn) {
  const std::string bomb = plain_frame(std::string(100 * kMost, '\0'));
  ASSERT_LT(bomb.size(), 100'000U);
  const auto good = frame_of("some text that is long enough to be cut");
  struct Row {
    const char* name;
    std::string frame;
    unsigned dictionary;
    const char* want;
  };
  const Row rows[] = {
      {"nothing", "", current_dictionary(), "damaged"},
      {"no frame", "this is no frame of zstd", current_dictionary(), "damaged"},
      {"cut", good.substr(0, good.size() - 1), current_dictionary(), "damaged"},
      {"a bomb", bomb, current_dictionary(), "too large"},
      {"without its length", plain_frame("text", false), current_dictionary(), "not known"},
      {"an unknown dictionary", good, current_dictionary() + 1,
       "dictionary 40002, which this version doesn't have"},
      {"dictionary 0", good, 0, "dictionary 0"},
  };
  for (const auto& row : rows) {
    const auto text = decompress(row.frame, row.dictionary, kMost);
    ASSERT_FALSE(text) << row.name;
    EXPECT_THAT(text.error().message, HasSubstr(row.want)) << row.name;
  }
}

TEST(Compression, NoticesAWrongDictionary) {
  auto* const context = ZSTD_createCCtx();
  std::string dictionary;
  for (std::uint32_t i = 0; i < 4096; ++i) dictionary += static_cast<char>((i * 2654435761U) >> 24);
  std::string frame(1000, '\0');
  const std::string text = dictionary.substr(1000, 500);
  frame.resize(ZSTD_compress_usingDict(context, frame.data(), frame.size(), text.data(), text.size(),
                                       dictionary.data(), dictionary.size(), 3));
  ZSTD_freeCCtx(context);
  EXPECT_NE(decompress(frame, current_dictionary(), kMost).value_or(""), text);
}

}  // namespace
}  // namespace backstop::store
