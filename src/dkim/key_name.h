// The name under which a domain publishes a key: SELECTOR._domainkey.DOMAIN (RFC 6376 3.6.2.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace backstop::dkim {

/// Both are A-labels in lower case.
struct KeyName {
  static constexpr std::size_t kMost = 253;  ///< octets of the whole name (RFC 1035 2.3.4, as text)

  std::string selector;
  std::string domain;

  bool operator==(const KeyName&) const = default;
  std::string text() const;
};

/// Brings the two into the form in which they are compared. Returns nullopt unless both are names that DNS
/// can have: labels of 1 to 63 letters, digits, hyphens and underscores, and kMost octets together.
std::optional<KeyName> make_key_name(std::string_view selector, std::string_view domain);

/// Reads the whole name; the first "._domainkey." parts it.
std::optional<KeyName> parse_key_name(std::string_view text);

}  // namespace backstop::dkim
