#include "net/endpoint.h"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace backstop::net {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

// The longest text: an IPv6 address that ends in an IPv4 address.
constexpr std::size_t kMostAddress = 45;

base::Error no_endpoint(std::string_view text) {
  return {"'" + base::printable(text) + "' is no address and port; write 127.0.0.1:25 or [::1]:25"};
}

base::Error no_network(std::string_view text) {
  return {"'" + base::printable(text) +
          "' is no network; write 192.0.2.0/24, 2001:db8::/32 or a single address"};
}

unsigned bits_of(const address& address) {
  return address.is_v4() ? 32 : 128;
}

// Compares whole bytes first, then the bits that are left.
template <typename Bytes>
bool have_same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  if (bits % 8 == 0) return true;
  return ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

bool is_same_network(const address& a, const address& b, unsigned bits) {
  if (a.is_v4() != b.is_v4()) return false;
  if (a.is_v4()) return have_same_prefix(a.to_v4().to_bytes(), b.to_v4().to_bytes(), bits);
  return have_same_prefix(a.to_v6().to_bytes(), b.to_v6().to_bytes(), bits);
}

template <typename Address>
Address prefix_of(const Address& address, unsigned bits) {
  auto bytes = address.to_bytes();
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(static_cast<int>(bits) - static_cast<int>(8 * i), 0, 8);
    bytes[i] = static_cast<unsigned char>(bytes[i] & (0xff00u >> kept));
  }
  return Address(bytes);
}

address masked(const address& address, unsigned bits) {
  if (address.is_v4()) return prefix_of(address.to_v4(), bits);
  return prefix_of(address.to_v6(), bits);
}

}  // namespace

address unmapped(const address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

std::optional<address> parse_address(std::string_view text) {
  // Asio would stop at a NUL, and read a zone after "%".
  if (text.size() > kMostAddress || text.contains('%') || text.contains('\0')) return std::nullopt;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(text, error);
  if (error) return std::nullopt;
  return unmapped(address);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<Endpoint> endpoint_of(const asio::generic::stream_protocol::endpoint& socket_address) {
  const auto family = socket_address.protocol().family();
  if (family == AF_INET) {
    sockaddr_in of_ip{};
    std::memcpy(&of_ip, socket_address.data(), sizeof of_ip);
    return Endpoint{address_v4(ntohl(of_ip.sin_addr.s_addr)), ntohs(of_ip.sin_port)};
  }
  if (family == AF_INET6) {
    sockaddr_in6 of_ip{};
    std::memcpy(&of_ip, socket_address.data(), sizeof of_ip);
    address_v6::bytes_type bytes;
    std::ranges::copy(of_ip.sin6_addr.s6_addr, bytes.begin());
    return Endpoint{unmapped(address_v6(bytes)), ntohs(of_ip.sin6_port)};
  }
  return std::nullopt;
}

std::string Endpoint::text() const {
  const auto shown = address.to_string();
  return (address.is_v6() ? "[" + shown + "]" : shown) + ":" + std::to_string(port);
}

base::Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::unexpected(no_endpoint(text));
  auto host = text.substr(0, colon);
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  const auto port = parse_port(text.substr(colon + 1));
  if (!address || !port || host.contains(':') != is_bracketed) return std::unexpected(no_endpoint(text));
  return Endpoint{*address, *port};
}

Network::Network(const address& address, unsigned length) : address_(address), length_(length) {}

// In a network of mapped addresses the length counts from the start of the IPv6 address.
base::Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto written = text.substr(0, slash);
  const auto address = parse_address(written);
  if (!address) return std::unexpected(no_network(text));
  const unsigned mapping = address->is_v4() && written.contains(':') ? 96 : 0;
  unsigned length = bits_of(*address);
  if (slash != std::string_view::npos) {
    const auto bits = parse_port(text.substr(slash + 1));
    if (!bits || *bits < mapping || *bits - mapping > length) return std::unexpected(no_network(text));
    length = *bits - mapping;
  }
  const Network network(masked(*address, length), length);
  if (network.address_ == *address) return network;
  return std::unexpected(
      base::Error{"'" + base::printable(text) + "' has bits past its length; write " + network.text()});
}

bool Network::contains(const address& address) const {
  return is_same_network(address_, unmapped(address), length_);
}

bool Network::overlaps(const Network& other) const {
  return contains(other.address_) || other.contains(address_);
}

std::string Network::text() const {
  const auto shown = address_.to_string();
  return length_ == bits_of(address_) ? shown : shown + "/" + std::to_string(length_);
}

bool contains(const std::vector<Network>& networks, const address& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

address client_key(const address& address) {
  const auto plain = unmapped(address);
  return plain.is_v4() ? plain : masked(plain, 64);
}

address network_key(const address& address) {
  const auto plain = unmapped(address);
  return masked(plain, plain.is_v4() ? 24 : 48);
}

std::string address_literal(const address& address) {
  const auto plain = unmapped(address);
  return (plain.is_v6() ? "[IPv6:" : "[") + plain.to_string() + "]";
}

}  // namespace backstop::net
