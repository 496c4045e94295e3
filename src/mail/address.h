// Mail addresses: the paths of the envelope (RFC 5321 4.1.2, RFC 6531 3.3) and the mailboxes of header fields
// (RFC 5322 3.4). Limits of RFC 5321 4.5.3.1: 64 octets local part, 255 octets domain, 256 octets path.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::mail {

struct Address {
  std::string local;   ///< without quotes and escapes; case as given
  std::string domain;  ///< case as given; a literal keeps its brackets; empty for a bare "postmaster"

  bool operator==(const Address&) const = default;

  /// In the form of the envelope, without angle brackets; the local part is quoted where it has to be.
  std::string text() const;
  /// text() with the local part in lower case (ASCII) and the domain as base::domain_key() folds it: how two
  /// addresses are compared here.
  std::string folded() const;
};

/// A reverse-path or forward-path. `address` is empty for the null path "<>".
struct Path {
  std::optional<Address> address;
  bool is_null() const { return !address; }
};

/// Strict: "<user@example.org>", "<>", "<@relay:user@example.org>" (the source route is dropped),
/// "<postmaster>". The angle brackets may be missing, as people leave them out. UTF-8 is taken in both halves
/// (RFC 6531), and an underscore in a domain, for there are hosts with one. A path has at most 256 octets
/// with its brackets and route, a local part 64 as it is written, quotes included, a domain name 255, a label
/// of ASCII 63. Literals are IPv4 and IPv6; no other tag has ever been registered.
base::Result<Path> parse_path(std::string_view text);

/// Strict, one address without angle brackets, or "postmaster"; at most 254 octets.
base::Result<Address> parse_address(std::string_view text);

/// Lenient: the mailboxes of From, To, Cc, Reply-To in header text: display names, comments, groups and
/// routes are passed over; quotes and parentheses that are never closed are ordinary characters. A local part
/// may have dots anywhere, as carriers gave them out, and more than 64 octets, as list software makes them;
/// the address has at most 254. What is no address is left out. At most `most` are returned. Linear.
std::vector<Address> parse_address_list(std::string_view value, std::size_t most = 100);

/// True when `text` has the form local@domain that stands in running text (an atom or quoted local part, a
/// domain with or without dots, or a literal), with nothing around it; at most 254 octets. Dots in the local
/// part may stand together or last. Beyond ASCII only letters, marks and digits are taken, since the
/// punctuation of other scripts stands around addresses. A Message-ID looks the same.
bool looks_like_address(std::string_view text);

}  // namespace backstop::mail
