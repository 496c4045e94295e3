// The watermark: a header field that is added on top of what leaves, and that comes back in the header which
// a bounce returns. It changes nothing else of the mail. docs/proofs.md has the format.
//
//   Backstop-Watermark: 1;K;TTTTTTTT;I;M[;F]
//
// K is the number of the key, T the minutes since 1970 in hex, I eight random bytes, M the first ten bytes of
// HMAC-SHA256 over "bw1;K;T;I;" and the envelope sender in the form of an owner (owner.h), F the same over
// From if its owner is another. I, M and F are written in base64url without padding (RFC 4648 5). A mail with
// a null path has an empty M.
//
// Pure functions: time and randomness are passed in. Thread-safe.
#pragma once

#include <openssl/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "origin/key_ring.h"

namespace backstop::origin {

/// How long a watermark proves anything, and how far its clock may be ahead of ours.
inline constexpr std::chrono::days kWatermarkLife{30};
inline constexpr std::chrono::days kWatermarkAhead{1};

using WatermarkId = std::array<unsigned char, 8>;
using WatermarkMac = std::array<unsigned char, 10>;

/// The keys of a ring's secrets, derived by HKDF-SHA256 (RFC 5869) with an info text of their own, so that no
/// tag and no watermark share a key. Derive them once for a ring: each costs some microseconds. indimail's
/// keys make no watermarks. Copies share the keys, which never change; a thread keeps the last one that it
/// used.
class WatermarkKeys {
 public:
  WatermarkKeys() = default;
  explicit WatermarkKeys(const KeyRing& ring);

  /// Returns the number of the key that signs, or nullopt.
  std::optional<int> signing_number() const { return signing_; }
  /// True if the ring has a key of this number that makes watermarks, however old.
  bool has(int number) const;
  /// True if watermarks of this number are checked on that day.
  bool is_accepted(int number, std::chrono::sys_days today) const;
  /// Returns the MAC over both texts, one after the other; nullopt if there is no such key.
  std::optional<WatermarkMac> mac(int number, std::string_view head, std::string_view address) const;

 private:
  struct Derived {
    std::shared_ptr<const EVP_MAC_CTX> mac;         ///< has its key; copied for each use
    std::optional<std::chrono::sys_days> last_day;  ///< of a retired key
  };
  std::array<Derived, KeyRing::kNumbers> keys_;
  std::optional<int> signing_;
};

/// What makes one watermark differ from all others.
struct WatermarkStamp {
  std::chrono::sys_seconds now;
  WatermarkId id;  ///< from the system's random numbers
};

/// Returns the field's value: 39 characters, or 54 with F, which makes a line of 59 or 74. `sender` and
/// `from` are texts of owner_of(); an empty one is a null path, or a mail without a From. Returns nullopt if
/// both are empty or no key signs.
std::optional<std::string> make_watermark(const WatermarkKeys& keys, const WatermarkStamp& stamp,
                                          std::string_view sender, std::string_view from);

/// A watermark as it was read: nothing of it is verified.
struct Watermark {
  int key_number = 0;
  std::uint32_t minutes = 0;  ///< since 1970
  WatermarkId id{};
  std::optional<WatermarkMac> sender = {};  ///< M
  std::optional<WatermarkMac> from = {};    ///< F

  std::chrono::sys_seconds time() const { return std::chrono::sys_seconds(std::chrono::minutes(minutes)); }
};

/// Reads a value. It may be folded or re-wrapped: white space and quote marks ("> ") within it don't count,
/// nor does what follows it. Returns nullopt for anything that make_watermark() would not write.
std::optional<Watermark> parse_watermark(std::string_view text);

enum class WatermarkOutcome : std::uint8_t {
  Good,
  Expired,     ///< ours, and made more than kWatermarkLife ago
  Ahead,       ///< ours, and dated more than kWatermarkAhead in the future
  UnknownKey,  ///< the ring has no key of that number
  RetiredKey,  ///< the ring's key of that number was retired, and its last day is over
  NoMatch,     ///< made with another key (a foreign one), for another address, or forged
};

struct WatermarkCheck {
  WatermarkOutcome outcome = WatermarkOutcome::NoMatch;
  std::string address = {};  ///< the one that it was made for; empty unless the MAC matched
  bool is_from = false;      ///< it matched as From, and not as envelope sender
};

/// How many addresses check_watermark() tries: each costs one MAC.
inline constexpr std::size_t kMostWatermarkTries = 256;

/// Compares the watermark with each of the addresses (texts of owner_of()), in constant time. The first
/// match counts; addresses past kMostWatermarkTries are not tried.
WatermarkCheck check_watermark(const Watermark& watermark, const WatermarkKeys& keys,
                               std::span<const std::string> addresses, std::chrono::sys_seconds now);

inline constexpr std::array<std::string_view, 6> kWatermarkOutcomeNames = {
    "good", "expired", "ahead", "unknown-key", "retired-key", "no-match"};
constexpr std::string_view name(WatermarkOutcome value) {
  return kWatermarkOutcomeNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
