// Addresses of connections: where we listen, where we connect to, who is there, and networks to compare them
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

/// An address and a port of TCP. IPv4-mapped IPv6 addresses are turned into IPv4 by all that makes one.
struct Endpoint {
  asio::ip::address address;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
  /// "192.0.2.1:25", "[2001:db8::1]:25".
  std::string text() const;
};

/// The address itself, or the IPv4 one that it maps (::ffff:192.0.2.1).
asio::ip::address unmapped(const asio::ip::address& address);

/// An IPv4 or IPv6 address alone, without brackets, port or zone; nullopt for any other text.
std::optional<asio::ip::address> parse_address(std::string_view text);

/// A decimal number of at most five digits up to 65535, without leading zeros; nullopt for any other text.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// Nothing for a socket that is not of IP.
std::optional<Endpoint> endpoint_of(const asio::generic::stream_protocol::endpoint& socket_address);

/// "127.0.0.1:2525", "[::1]:2525"; port 0 is taken (the system chooses). An error says what would be right.
base::Result<Endpoint> parse_endpoint(std::string_view text);

/// A network in CIDR: "192.0.2.0/24", "2001:db8::/32", or a single address. Bits past the length must be
/// zero.
class Network {
 public:
  static base::Result<Network> parse(std::string_view text);
  bool contains(const asio::ip::address& address) const;
  /// Some address is in both.
  bool overlaps(const Network& other) const;
  std::string text() const;

 private:
  Network(const asio::ip::address& address, unsigned length);

  asio::ip::address address_;
  unsigned length_ = 0;  ///< of the prefix, in bits
};

bool contains(const std::vector<Network>& networks, const asio::ip::address& address);

/// What limits per client count by: an IPv4 address as it is, an IPv6 one by its /64.
asio::ip::address client_key(const asio::ip::address& address);

/// What limits per network count by: an IPv4 address by its /24, an IPv6 one by its /48. These are the
/// smallest networks that are routed on the Internet, so nobody has many of them cheaply.
asio::ip::address network_key(const asio::ip::address& address);

/// How RFC 5321 4.1.3 writes it: "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string address_literal(const asio::ip::address& address);

}  // namespace backstop::net
