// What the quarantine reads back: what is said of a response (JSON), or, behind a byte that is no brace, a
// compressed message.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/compression.h"
#include "store/kept_json.h"

namespace {

namespace store = backstop::store;

constexpr std::size_t kMost = 1'000'000;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_envelope(std::string_view text) {
  const auto read = store::kept_from_json(text);
  if (!read) return;
  const auto written = store::kept_to_json(*read);
  // JSON can have a NUL in an address, which is never kept.
  if (!written) return;
  const auto again = store::kept_from_json(*written);
  require(again && *again == *read);
}

void check_message(std::string_view frame) {
  const auto text = store::decompress(frame, store::current_dictionary(), kMost);
  if (!text) return;
  require(text->size() <= kMost);
  const auto again = store::compress(*text);
  require(again && store::decompress(*again, store::current_dictionary(), kMost) == *text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == '{') {
    check_envelope(std::string_view(reinterpret_cast<const char*>(data), size));
  } else {
    check_message(rest);
  }
  return 0;
}
