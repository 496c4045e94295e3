#include "net/proxy_header.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace backstop::net {

namespace {

using asio::ip::address_v4;
using asio::ip::address_v6;
using Parsed = base::Result<ProxyParse>;

constexpr std::size_t kMostLine = 107;  // version 1, with its CRLF
constexpr std::size_t kMostAfterFixed = 4096;
constexpr std::string_view kLineStart = "PROXY ";
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixed = 16;  // version 2: signature, command, family, length

Parsed refused(std::string what) {
  return std::unexpected(base::Error{"no PROXY header: " + std::move(what)});
}

bool may_become(std::string_view bytes, std::string_view start) {
  return bytes.starts_with(start) || start.starts_with(bytes);
}

// Takes the word up to the next space from `rest`, with that space.
std::string_view next_word(std::string_view& rest) {
  const auto space = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, space);
  rest.remove_prefix(std::min(space + 1, rest.size()));
  return word;
}

std::optional<asio::ip::address> address_of(std::string_view word, bool is_v6) {
  if (word.contains(':') != is_v6) return std::nullopt;
  return parse_address(word);
}

// Reads the text after "TCP4 " or "TCP6 ": "192.0.2.1 198.51.100.1 40000 25".
std::optional<ProxyHeader> parse_addresses(std::string_view rest, bool is_v6) {
  if (std::ranges::count(rest, ' ') != 3) return std::nullopt;
  const auto source = address_of(next_word(rest), is_v6);
  const auto destination = address_of(next_word(rest), is_v6);
  const auto source_port = parse_port(next_word(rest));
  const auto destination_port = parse_port(next_word(rest));
  if (!source || !destination || !source_port || !destination_port) return std::nullopt;
  return ProxyHeader{Endpoint{*source, *source_port}, Endpoint{*destination, *destination_port}};
}

// Reads a line without its CRLF. Anything may follow UNKNOWN.
std::optional<ProxyHeader> parse_line(std::string_view line) {
  line.remove_prefix(kLineStart.size());
  const auto protocol = next_word(line);
  if (protocol == "UNKNOWN") return ProxyHeader{};
  if (protocol == "TCP4" || protocol == "TCP6") return parse_addresses(line, protocol == "TCP6");
  return std::nullopt;
}

bool may_become_line(std::string_view bytes) {
  constexpr std::array<std::string_view, 4> kStarts{"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN ",
                                                    "PROXY UNKNOWN\r"};
  return std::ranges::any_of(kStarts, [&](auto start) { return may_become(bytes, start); });
}

Parsed parse_version_1(std::string_view bytes) {
  if (!may_become_line(bytes)) return refused("the protocol is not TCP4, TCP6 or UNKNOWN");
  const auto end = bytes.substr(0, kMostLine - 1).find_first_of("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() >= kMostLine - 1) return refused("the line is longer than 107 bytes");
    return ProxyParse{};
  }
  if (!may_become(bytes.substr(end), "\r\n")) return refused("a bare CR or LF");
  const auto header = parse_line(bytes.substr(0, end));
  if (!header) return refused("bad addresses in '" + base::printable(bytes.substr(0, end)) + "'");
  if (bytes.size() < end + 2) return ProxyParse{};
  return ProxyParse{header, end + 2};
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

template <typename Address>
asio::ip::address binary_address(std::string_view bytes) {
  typename Address::bytes_type raw;
  std::copy_n(bytes.begin(), raw.size(), raw.begin());
  return unmapped(Address(raw));
}

// Two addresses, then two ports.
template <typename Address>
ProxyHeader binary_addresses(std::string_view body) {
  constexpr std::size_t kSize = sizeof(typename Address::bytes_type);
  return {Endpoint{binary_address<Address>(body), number_at(body, 2 * kSize)},
          Endpoint{binary_address<Address>(body.substr(kSize)), number_at(body, 2 * kSize + 2)}};
}

// Returns true if command and family are known; the family of LOCAL is not looked at.
bool is_known(std::string_view fixed) {
  if (fixed.size() > 12 && byte_at(fixed, 12) != 0x20 && byte_at(fixed, 12) != 0x21) return false;
  if (fixed.size() <= 13 || byte_at(fixed, 12) == 0x20) return true;
  return byte_at(fixed, 13) >> 4 <= 3 && (byte_at(fixed, 13) & 0xf) <= 2;
}

// Returns the size of a family's addresses; TLVs may follow them.
std::size_t address_size(unsigned family) {
  constexpr std::array<std::size_t, 4> kSizes{0, 12, 36, 216};
  return kSizes[family >> 4];
}

// 0x11 and 0x21 are TCP. Datagrams and Unix sockets tell of no client.
ProxyHeader parse_binary(unsigned family, std::string_view body) {
  if (family == 0x11) return binary_addresses<address_v4>(body);
  if (family == 0x21) return binary_addresses<address_v6>(body);
  return {};
}

Parsed parse_version_2(std::string_view bytes) {
  if (!is_known(bytes)) return refused("an unknown command or family");
  if (bytes.size() < kFixed) return ProxyParse{};
  const bool is_local = byte_at(bytes, 12) == 0x20;
  const auto family = is_local ? 0 : byte_at(bytes, 13);
  const std::size_t length = number_at(bytes, 14);
  if (length > kMostAfterFixed) return refused("longer than 4096 bytes");
  if (length < address_size(family)) return refused("too short for its addresses");
  if (bytes.size() < kFixed + length) return ProxyParse{};
  return ProxyParse{parse_binary(family, bytes.substr(kFixed, length)), kFixed + length};
}

std::string text_of(const asio::ip::address& address, bool is_v6) {
  if (address.is_v4() && is_v6) {
    return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_string();
  }
  return address.to_string();
}

}  // namespace

base::Result<ProxyParse> parse_proxy_header(std::string_view bytes) {
  if (bytes.empty()) return ProxyParse{};
  if (may_become(bytes, kSignature)) return parse_version_2(bytes);
  if (may_become(bytes, kLineStart)) return parse_version_1(bytes);
  return refused("the connection begins otherwise");
}

// Addresses of two families are both written as IPv6.
std::string proxy_line(const Endpoint& source, const Endpoint& destination) {
  const bool is_v6 = source.address.is_v6() || destination.address.is_v6();
  return std::string(is_v6 ? "PROXY TCP6 " : "PROXY TCP4 ") + text_of(source.address, is_v6) + " " +
         text_of(destination.address, is_v6) + " " + std::to_string(source.port) + " " +
         std::to_string(destination.port) + "\r\n";
}

}  // namespace backstop::net
