// Addresses of connections (the ones we listen on, connect to, and accept from), and networks to compare them
// with.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::net {

namespace asio = boost::asio;

/// An address and a port of TCP. Every function that makes one turns IPv4-mapped IPv6 addresses into IPv4.
struct Endpoint {
  asio::ip::address address;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
  /// "192.0.2.1:25", "[2001:db8::1]:25".
  std::string text() const;
};

/// Returns the address itself, or the IPv4 address that it maps (::ffff:192.0.2.1).
asio::ip::address unmapped(const asio::ip::address& address);

/// Reads an IPv4 or IPv6 address without brackets, port or zone; returns nullopt for any other text.
std::optional<asio::ip::address> parse_address(std::string_view text);

/// Reads a decimal number of at most five digits up to 65535, without leading zeros; returns nullopt for any
/// other text.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// Returns nullopt for a socket that is not IPv4 or IPv6.
std::optional<Endpoint> endpoint_of(const asio::generic::stream_protocol::endpoint& socket_address);

/// Reads "127.0.0.1:2525" or "[::1]:2525"; port 0 is allowed (the system chooses). An error says what would
/// be right.
base::Result<Endpoint> parse_endpoint(std::string_view text);

/// A network in CIDR: "192.0.2.0/24", "2001:db8::/32", or a single address. Bits past the length must be
/// zero.
class Network {
 public:
  static base::Result<Network> parse(std::string_view text);
  bool contains(const asio::ip::address& address) const;
  /// Returns true if some address is in both.
  bool overlaps(const Network& other) const;
  std::string text() const;

 private:
  Network(const asio::ip::address& address, unsigned length);

  asio::ip::address address_;
  unsigned length_ = 0;  ///< of the prefix, in bits
};

bool contains(const std::vector<Network>& networks, const asio::ip::address& address);

/// Returns the key by which limits per client count: an IPv4 address as it is, an IPv6 address by its /64.
asio::ip::address client_key(const asio::ip::address& address);

/// Returns the key by which limits per network count: an IPv4 address by its /24, an IPv6 address by its /48.
/// These are the smallest networks that are routed on the Internet, so nobody gets many of them cheaply.
asio::ip::address network_key(const asio::ip::address& address);

/// Writes the address as RFC 5321 4.1.3 does: "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string address_literal(const asio::ip::address& address);

}  // namespace backstop::net
