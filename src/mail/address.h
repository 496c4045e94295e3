// Mail addresses and the paths of the envelope (RFC 5321 4.1.2, RFC 6531 3.3). mail/address_list.h reads
// those of header fields. Limits of RFC 5321 4.5.3.1: 64 octets local part, 255 octets domain, 256 octets
// path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::mail {

struct Address {
  std::string local;   ///< without quotes and escapes; case as given
  std::string domain;  ///< case as given; a literal keeps its brackets; empty for a bare "postmaster"

  bool operator==(const Address&) const = default;

  /// Returns the form of the envelope, without angle brackets; the local part is quoted if it must be.
  std::string text() const;
  /// Returns the form in which addresses are compared: text() with the local part in lower case (ASCII) and
  /// the domain as base::domain_key() makes it.
  std::string folded() const;
};

/// A reverse-path or forward-path. `address` is empty for the null path "<>".
struct Path {
  std::optional<Address> address;
  bool is_null() const { return !address; }
};

/// Strict: "<user@example.org>", "<>", "<@relay:user@example.org>" (the source route is dropped),
/// "<postmaster>". The angle brackets may be missing, as people leave them out. UTF-8 is taken in both halves
/// (RFC 6531), and an underscore in a domain, since some hosts have one. A path has at most 256 octets
/// with its brackets and route, a local part 64 as it is written, quotes included, a domain name 255, a label
/// of ASCII 63. Literals are IPv4 and IPv6; no other tag has ever been registered.
base::Result<Path> parse_path(std::string_view text);

/// Strict, one address without angle brackets, or "postmaster"; at most 254 octets.
base::Result<Address> parse_address(std::string_view text);

/// Returns true if `text` looks like an address in running text, local@domain (an atom or quoted local part,
/// a domain with or without dots, or a literal), with nothing around it; at most 254 octets. Dots in the
/// local part may follow each other or come last. Beyond ASCII only letters, marks and digits are allowed,
/// since people put the punctuation of other scripts around addresses. A Message-ID looks the same.
bool looks_like_address(std::string_view text);

/// Returns false if `address` isn't UTF-8 or has a character that nobody sees, so that it may look like
/// another address. RFC 5321 4.1.2 has no control character in a mailbox. RFC 6531 3.3 takes whatever is not
/// ASCII, but RFC 8264 9 takes controls, marks of direction and ignorable characters out of all names. The
/// joiners of Persian and Indic words are seen where RFC 5892 A.1 and A.2 allow them.
bool is_seen_whole(std::string_view address);

}  // namespace backstop::mail
