// Lists in DNS (RFC 5782) of addresses (DNSBL) and of domains (RHSBL).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/ask.h"

namespace backstop::auth {

struct Listed {
  enum class Kind : std::uint8_t {
    No,
    Yes,
    Unknown,  ///< no answer, or one that is no answer of a list
  };

  Kind kind = Kind::Unknown;
  std::vector<boost::asio::ip::address> codes = {};  ///< Yes: what the list says, in 127.0.0.0/8
  std::string why = {};                              ///< Unknown: one clause, printable
};

/// Returns the name that a list is asked for an address: "1.2.0.192.bl.example". An IPv4 address that is
/// mapped into IPv6 is asked for as IPv4.
std::string dns_list_name(const boost::asio::ip::address& client, std::string_view list);

/// Returns the name that a list is asked for a domain: "example.org.dbl.example", in A-labels; nullopt for an
/// address literal, a name of one label, and one that is too long with the list's.
std::optional<std::string> dns_list_name(std::string_view domain, std::string_view list);

/// Asks a list for a name that dns_list_name() made. Lists tell by 127.255.255.x (Spamhaus) and 127.0.0.1
/// (URIBL, SURBL) that they don't answer us; an address that isn't of 127.0.0.0/8 comes from a list that was
/// given up, or from a resolver that invents answers. Neither lists anything.
net::Task<Listed> ask_dns_list(std::string name, Ask ask);

}  // namespace backstop::auth
