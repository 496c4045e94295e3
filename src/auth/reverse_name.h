// The names under which DNS has facts about an address: those of the reverse zones (RFC 1035 3.5, RFC 3596
// 2.5) and of DNS lists (RFC 5782 2.1 and 2.4). Pure; thread-safe.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace backstop::auth {

/// Returns the octets of an IPv4 address, or the nibbles of an IPv6 address, the last first: "1.2.0.192".
/// The address is not mapped from IPv4 into IPv6.
std::string reversed_labels(const boost::asio::ip::address& address);

/// Returns the name whose PTR records name the host: "1.2.0.192.in-addr.arpa".
std::string reverse_name(const boost::asio::ip::address& address);

}  // namespace backstop::auth
