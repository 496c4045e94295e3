#include "response/tnef.h"

#include <cstddef>
#include <cstdint>

namespace backstop::response {
namespace {

// Reads a little-endian number of `size` bytes at the start of `from`, which has them.
std::uint32_t number_at(std::string_view from, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | static_cast<unsigned char>(from[i - 1]);
  return value;
}

}  // namespace

std::string_view tnef_message_class(std::string_view stream) {
  // MS-OXTNEF 2.1.3.1: the signature and a key, then attributes: level, id, length, data, checksum.
  constexpr std::uint32_t kSignature = 0x223E9F78;
  constexpr std::uint32_t kMessageClass = 0x00078008;
  constexpr std::size_t kHead = 6;
  constexpr std::size_t kAttributeHead = 9;
  constexpr std::size_t kChecksum = 2;
  constexpr int kMostAttributes = 64;
  if (stream.size() < kHead || number_at(stream, 4) != kSignature) return {};
  stream.remove_prefix(kHead);
  for (int n = 0; n < kMostAttributes && stream.size() >= kAttributeHead; ++n) {
    const std::uint32_t id = number_at(stream.substr(1), 4);
    const std::size_t length = number_at(stream.substr(5), 4);
    stream.remove_prefix(kAttributeHead);
    if (id == kMessageClass) {
      if (length > stream.size()) return {};
      const std::string_view value = stream.substr(0, length);
      return value.substr(0, value.find('\0'));
    }
    if (stream.size() < kChecksum || length > stream.size() - kChecksum) return {};
    stream.remove_prefix(length + kChecksum);
  }
  return {};
}

}  // namespace backstop::response
