#include "store/compression.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <iterator>
#include <memory>

namespace backstop::store {

namespace {

constexpr int kLevel = 3;

// scripts/train-dictionary makes one. None is ever changed or taken away, since what was compressed with it
// needs it.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
constexpr unsigned char kDictionary40001[] = {
#embed "dictionary_40001.bin"
};
#pragma clang diagnostic pop

struct Dictionary {
  unsigned number;  ///< zstd has it in the dictionary and in the frames, too
  const unsigned char* bytes;
  std::size_t size;
};

/// The last one is used for what is new.
constexpr Dictionary kDictionaries[] = {{40001, kDictionary40001, sizeof(kDictionary40001)}};

using Compressing = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;
using Decompressing = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;

std::unexpected<base::Error> refuse(std::string why) {
  return std::unexpected(base::Error{std::move(why)});
}

}  // namespace

unsigned current_dictionary() {
  return std::rbegin(kDictionaries)->number;
}

base::Result<std::string> compress(std::string_view text) {
  const Dictionary& dictionary = *std::rbegin(kDictionaries);
  static const auto* const prepared = ZSTD_createCDict(dictionary.bytes, dictionary.size, kLevel);
  const Compressing context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context || prepared == nullptr) return refuse("there is no memory to compress it");
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress_usingCDict(context.get(), frame.data(), frame.size(), text.data(), text.size(), prepared);
  if (ZSTD_isError(size) != 0)
    return refuse(fmt::format("it can't be compressed: {}", ZSTD_getErrorName(size)));
  frame.resize(size);
  return frame;
}

base::Result<std::string> decompress(std::string_view frame, unsigned dictionary, std::size_t most) {
  const auto* const found = std::ranges::find(kDictionaries, dictionary, &Dictionary::number);
  if (found == std::end(kDictionaries)) {
    return refuse(
        fmt::format("it was compressed with dictionary {}, which this version doesn't have", dictionary));
  }
  // The two values that mean "not known" and "no frame" are larger than any size.
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > most) return refuse("it is damaged: its length is not known, or too large");
  const Decompressing context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) return refuse("there is no memory to decompress it");
  std::string text(size, '\0');
  const std::size_t got = ZSTD_decompress_usingDict(context.get(), text.data(), text.size(), frame.data(),
                                                    frame.size(), found->bytes, found->size);
  if (ZSTD_isError(got) != 0 || got != text.size()) return refuse("it is damaged");
  return text;
}

}  // namespace backstop::store
