// One DKIM-Signature field (RFC 6376 3.5, with RFC 8301, 8463 and 8616). Pure; thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dkim/digest.h"
#include "dkim/key_name.h"
#include "dkim/outcome.h"

namespace backstop::dkim {

enum class Algorithm : std::uint8_t { RsaSha256, Ed25519Sha256 };
enum class Canonical : std::uint8_t { Simple, Relaxed };

inline constexpr std::array<std::string_view, 2> kAlgorithmNames = {"rsa-sha256", "ed25519-sha256"};
constexpr std::string_view name(Algorithm value) {
  return kAlgorithmNames[static_cast<std::size_t>(value)];
}

/// The views are of the field that was parsed, which must outlive this.
struct Signature {
  static constexpr std::size_t kMostField = 8UZ * 1024;  ///< bytes of the field
  static constexpr std::size_t kMostNames = 64;          ///< names in `h=`
  static constexpr std::size_t kMostValue = 1024;        ///< bytes of `b=`, decoded: RSA of 8192 bits

  std::string_view field;       ///< the whole field, without its last line end
  std::size_t value_begin = 0;  ///< where the value of `b=` is in `field`, with the white space around it
  std::size_t value_end = 0;
  Algorithm algorithm = Algorithm::RsaSha256;
  Canonical header = Canonical::Simple;
  Canonical body = Canonical::Simple;
  std::string value;                                  ///< `b=`, decoded
  Digest body_hash{};                                 ///< `bh=`
  KeyName key;                                        ///< `s=` and `d=`
  std::string identity_domain;                        ///< the domain of `i=`, as A-label: `d=` or below it
  std::vector<std::string_view> names;                ///< `h=`
  std::optional<std::uint64_t> body_length;           ///< `l=`; the largest number if it is larger
  std::optional<std::chrono::sys_seconds> signed_at;  ///< `t=`
  std::optional<std::chrono::sys_seconds> expires;    ///< `x=`

  /// True if `h=` names the field.
  bool covers(std::string_view field_name) const;
};

/// Reads a whole field, "DKIM-Signature: v=1; ...", with or without its last line end. Refuses what RFC 6376
/// 6.1.1 refuses, other algorithms than the two, and what is past a cap. `x=` is read and not weighed.
std::expected<Signature, Fault> parse_signature(std::string_view field);

}  // namespace backstop::dkim
