// The form in which domain names are compared: the A-label in lower case (RFC 5890 2.3.2.1), so that
// "BÜCHER.example" and "xn--bcher-kva.example" are one domain. UTS 46 maps, without its transitional
// processing: any case, decomposed and fullwidth characters, and the full stops of other scripts.
//
// Pure and thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace backstop::base {

constexpr std::size_t kDomainMost = 255;  // octets of a domain name, RFC 5321 4.5.3.1.2

using DomainBuffer = std::array<char, kDomainMost>;

/// Returns the key of a domain of at most 255 octets, in `buffer`; an empty view for a longer one. Never
/// allocates. A name in ASCII only becomes lower case. A name that UTS 46 can't map, or maps to something
/// that is no host name, is its own key, with its ASCII letters in lower case; so is an address literal.
std::string_view domain_key(std::string_view domain, DomainBuffer& buffer);

/// The same; a domain of more than 255 octets is its own key.
std::string domain_key(std::string_view domain);

/// Returns the form in which addresses are compared: the domain as its key, the local part in lower case
/// (ASCII). A text without "@" only becomes lower case.
std::string address_key(std::string_view address);

}  // namespace backstop::base
