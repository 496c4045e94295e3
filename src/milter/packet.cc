#include "milter/packet.h"

#include <cassert>

namespace backstop::milter {
namespace {

constexpr std::size_t kLength = 4;

}  // namespace

std::uint32_t number_of(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char c : bytes.substr(0, kLength)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::string octets_of(std::uint32_t number) {
  std::string octets;
  for (unsigned shift = 32; shift > 0; shift -= 8) octets += static_cast<char>(number >> (shift - 8));
  return octets;
}

base::Result<PacketParse> parse_packet(std::string_view bytes) {
  if (bytes.size() < kLength) return PacketParse{};
  const std::size_t length = number_of(bytes);
  if (length == 0) return std::unexpected(base::Error{"a milter packet of length 0"});
  if (length > kMostData + 1) {
    return std::unexpected(base::Error{"a milter packet of " + std::to_string(length) +
                                       " octets; the most is " + std::to_string(kMostData + 1)});
  }
  PacketParse parse{.size = kLength + length};
  if (bytes.size() >= parse.size) parse.packet = {bytes[kLength], bytes.substr(kLength + 1, length - 1)};
  return parse;
}

void append_packet(char letter, std::initializer_list<std::string_view> parts, std::string& out) {
  std::size_t length = 1;
  for (const std::string_view part : parts) length += part.size();
  assert(length <= kMostData + 1);
  out += octets_of(static_cast<std::uint32_t>(length));
  out += letter;
  for (const std::string_view part : parts) out += part;
}

}  // namespace backstop::milter
