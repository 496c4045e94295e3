// XCLIENT and XFORWARD (Postfix's XCLIENT_README and XFORWARD_README): what one mail system tells another
// about the client it speaks for.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtp/reply.h"

namespace backstop::smtp {

/// nullopt: not told, or a port that was told to be unknown. An empty string: told to be unknown
/// ("[UNAVAILABLE]", "[TEMPUNAVAIL]").
struct ClientAttributes {
  std::optional<std::string> name = {};  ///< NAME: of the client's host
  /// ADDR: "192.0.2.1", "2001:db8::1" (the wire has "IPV6:" before it)
  std::optional<std::string> address = {};
  std::optional<std::uint16_t> port = {};               ///< PORT
  std::optional<std::string> protocol = {};             ///< PROTO: "SMTP", "ESMTP"
  std::optional<std::string> helo = {};                 ///< HELO
  std::optional<std::string> login = {};                ///< LOGIN, XCLIENT only
  std::optional<std::string> source = {};               ///< SOURCE: "LOCAL", "REMOTE", XFORWARD only
  std::optional<std::string> ident = {};                ///< IDENT: the queue id upstream, XFORWARD only
  std::optional<std::string> destination_address = {};  ///< DESTADDR, XCLIENT only
  std::optional<std::uint16_t> destination_port = {};   ///< DESTPORT, XCLIENT only

  bool operator==(const ClientAttributes&) const = default;
};

enum class AttributeCommand : std::uint8_t { Xclient, Xforward };

/// Returns the names that the command takes, as EHLO announces them: "NAME ADDR PORT PROTO HELO LOGIN
/// DESTADDR DESTPORT".
std::string_view attribute_names(AttributeCommand command);

/// Reads the argument of the command. 501 5.5.4 for an unknown name, a value that is no xtext, or a bad
/// address.
std::expected<ClientAttributes, Reply> parse_attributes(AttributeCommand command, std::string_view argument);

/// Copies each attribute that `told` tells.
void merge(const ClientAttributes& told, ClientAttributes& into);
/// True if both tell the same attribute, whatever the values.
bool share_an_attribute(const ClientAttributes& one, const ClientAttributes& other);

/// Returns the commands, with CRLF, each at most 512 octets (the attributes may be split over several), with
/// each attribute that the server named in its EHLO reply (`taken`: "NAME ADDR"). An attribute that is not
/// known is sent as unavailable, so that nothing that the server was told about an earlier client stays true.
/// PROTO of XCLIENT has no word for that and is left out. Returns no command if no attribute is left.
std::vector<std::string> attribute_commands(AttributeCommand command, const ClientAttributes& attributes,
                                            std::string_view taken);

}  // namespace backstop::smtp
