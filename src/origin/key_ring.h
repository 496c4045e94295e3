// The secrets that tags are made with: ten key numbers, one key that signs, and those that still verify. A
// KeyRing is a plain value; the text of its file is read and written here, the file itself by app.
//
// A key that is retired goes on verifying for kMemory, or for the lifetime of its last tag if that is longer.
// Then it is ignored, and its number is free again.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::origin {

/// How long it counts what was ours: a tag that is no longer good, a key that was retired. A bounce is up to
/// 12 days old (docs/tags.md), and what comes within 45 is nobody's forgery yet.
inline constexpr std::chrono::days kMemory{45};

/// How a tag's hash is made; docs/tags.md has both.
enum class TagFamily : std::uint8_t {
  Exim,      ///< HMAC-SHA1, day of expiry: Exim, batv-tools, Halon, and Backstop itself
  Indimail,  ///< MD5, day of signing: indimail's qmail. Verified only, for those who come from there
};

enum class KeyUse : std::uint8_t { Sign, Verify, Retired };

struct Key {
  int number = 0;  ///< 0 to 9, the first digit of the tag
  TagFamily family = TagFamily::Exim;
  KeyUse use = KeyUse::Verify;
  std::chrono::sys_days created{};
  std::chrono::sys_days retired{};  ///< where use is Retired
  std::string secret;
};

class KeyRing {
 public:
  static constexpr int kNumbers = 10;
  static constexpr std::size_t kMostText = 64UZ * 1024;
  static constexpr std::size_t kMostSecret = 256;

  /// Reads the text of a key file. Errors name the line and never show a secret.
  static base::Result<KeyRing> parse(std::string_view text);

  /// The text of the key file: parse() gives the same ring back.
  std::string serialize() const;

  /// Refuses an empty, overlong or unwritable secret, a number out of range or taken, a second key that
  /// signs, and an indimail key that signs or has another number than 0.
  base::Result<void> add(Key key);

  /// Forgets the keys that no longer verify, retires the one that signs, and lets a new one sign under the
  /// next free number, which it returns. `first` is the number where the search begins if no key has signed.
  /// An error when none of the ten is free; the ring is then as it was.
  base::Result<int> rotate(std::string secret, std::chrono::sys_days today, std::chrono::days lifetime,
                           int first = 0);

  const std::vector<Key>& keys() const { return keys_; }
  /// The one that signs, or null.
  const Key* signing_key() const;
  /// When the oldest key was made, or nullopt without any.
  std::optional<std::chrono::sys_days> first_created() const;
  /// The oldest key is younger than kMemory on that day, or there is none.
  bool is_young(std::chrono::sys_days today) const;

 private:
  bool is_taken(int number, TagFamily family) const;

  std::vector<Key> keys_;
};

/// The last day on which a retired key verifies.
std::chrono::sys_days last_day(const Key& retired, std::chrono::days lifetime);

/// Whether tags made with the key are looked at on that day.
bool is_accepted(const Key& key, std::chrono::sys_days today, std::chrono::days lifetime);

/// Eight hex digits by which two machines can compare a key without showing it: the start of SHA-256 over a
/// label and the secret. A guess of a weak secret could be tried against it, as against any tag.
std::string fingerprint(const Key& key);

/// How the key file and the JSON spell them, index by enumerator.
inline constexpr std::array<std::string_view, 2> kTagFamilyNames = {"exim", "indimail"};
inline constexpr std::array<std::string_view, 3> kKeyUseNames = {"sign", "verify", "retired"};
constexpr std::string_view name(TagFamily value) {
  return kTagFamilyNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(KeyUse value) {
  return kKeyUseNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
