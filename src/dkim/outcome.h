// What became of a signature, and why one could not be looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace backstop::dkim {

enum class Outcome : std::uint8_t {
  Good,
  BadSignature,    ///< the signed fields were changed, or another key signed them
  BodyChanged,     ///< the hash of the body is not that of `bh=`
  NoKey,           ///< the domain has no key of this selector
  KeyOutOfDays,    ///< our key, on a day of our clock that is not one of those on which it counts
  KeyRevoked,      ///< the record's `p=` is empty
  WeakKey,         ///< RSA of less than 1024 bits (RFC 8301 3.2), or with an exponent below 3
  BadKey,          ///< the record can't be read as a key, or the key is too large
  KeyForbids,      ///< the record's `h=`, `s=` or `t=s` forbids this use
  WrongAlgorithm,  ///< neither rsa-sha256 nor ed25519-sha256, or not that of the key
  Malformed,       ///< the signature field can't be read, or is past a cap
  FromUnsigned,    ///< `h=` does not name From (RFC 6376 6.1.1)
};

inline constexpr std::array<std::string_view, 12> kOutcomeNames = {
    "good",     "bad-signature", "body-changed", "no-key",          "key-out-of-days", "key-revoked",
    "weak-key", "bad-key",       "key-forbids",  "wrong-algorithm", "malformed",       "from-unsigned"};
constexpr std::string_view name(Outcome value) {
  return kOutcomeNames[static_cast<std::size_t>(value)];
}

/// Why a signature or a key can't be used.
struct Fault {
  Outcome outcome = Outcome::Malformed;
  std::string why;  ///< one clause, printable
};

}  // namespace backstop::dkim
