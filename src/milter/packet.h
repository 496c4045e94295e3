// Packets of the milter protocol, version 6, as Sendmail's libmilter and Postfix speak it: a length of four
// octets, most significant first, which counts all that follows; a letter that says what the packet is; and
// its data. No RFC describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::milter {

struct Packet {
  char letter = 0;
  std::string_view data;  ///< of the bytes that were parsed
};

struct PacketParse {
  std::optional<Packet> packet{};  ///< nullopt: more bytes are needed
  std::size_t size = 0;            ///< of the whole packet; 0: not known yet
};

/// The most octets of a packet's data. A mail server sends a piece of the body of at most 65,535 octets, a
/// header field as long as it lets one be (Postfix: 102,400), and all parameters of a command in one packet.
inline constexpr std::size_t kMostData = std::size_t{1024} * 1024;

/// Reads the packet at the start of `bytes`. Returns an error if it is empty or has more than kMostData
/// octets of data: then the peer doesn't speak this protocol, and the connection must be closed.
base::Result<PacketParse> parse_packet(std::string_view bytes);

/// Appends a packet whose data are `parts`, one after the other. Together they must have at most kMostData
/// octets.
void append_packet(char letter, std::initializer_list<std::string_view> parts, std::string& out);

/// The number of four octets at the start of `bytes`, which must have them.
std::uint32_t number_of(std::string_view bytes);
/// Returns the four octets of a number.
std::string octets_of(std::uint32_t number);

}  // namespace backstop::milter
