// The secrets that tags are made with: ten key numbers, one key that signs, and those that still verify. A
// KeyRing is a plain value. It reads and writes the text of the key file; its caller opens the file.
//
// A key verifies for kMemory after the day on which it was retired, or for the lifetime of its last tag if
// that is longer. Then it is ignored, and its number is free again, unless something is still encrypted with
// it.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::origin {

/// How long a tag that is no longer good, or a key that was retired, still counts as ours.
/// A bounce comes up to 12 days after its mail; with 45 days nobody's late bounce is taken for a forgery.
inline constexpr std::chrono::days kMemory{45};

/// How a tag's hash is made; docs/tags.md has both.
enum class TagFamily : std::uint8_t {
  Exim,      ///< HMAC-SHA1, day of expiry: Exim, batv-tools, Halon, and Backstop itself
  Indimail,  ///< MD5, day of signing: indimail's qmail. Only verified, for users who come from indimail
};

enum class KeyUse : std::uint8_t { Sign, Verify, Retired };

struct Key {
  int number = 0;  ///< 0 to 9, the first digit of the tag
  TagFamily family = TagFamily::Exim;
  KeyUse use = KeyUse::Verify;
  std::chrono::sys_days created{};
  std::chrono::sys_days retired{};  ///< if use is Retired
  std::string secret;
};

/// A set of key numbers, of the family Exim.
using KeyNumbers = std::bitset<10>;

class KeyRing {
 public:
  static constexpr int kNumbers = KeyNumbers{}.size();
  static constexpr std::size_t kMostText = 64UZ * 1024;  ///< bytes of a key file
  static constexpr std::size_t kMostSecret = 256;        ///< bytes

  /// Reads the text of a key file. Errors name the line and never show a secret.
  static base::Result<KeyRing> parse(std::string_view text);

  /// Returns the text of a key file, from which parse() makes the same ring.
  std::string serialize() const;

  /// Adds a key. Refuses a secret that is empty, too long, or has control characters or white space at its
  /// ends; a number out of range or taken in its family; a second key that signs; and an indimail key that
  /// signs or has another number than 0. `in_use` are the numbers of keys with which something is still
  /// encrypted: none of them is given to another key.
  base::Result<void> add(Key key, KeyNumbers in_use = {});

  /// Forgets the keys that no longer verify and are not `in_use`, retires the one that signs, and lets a new
  /// one sign under the next free number, which it returns. The search begins at `first` if no key signs.
  /// Errors: none of the ten numbers is free, or add() refuses the secret; then the ring stays as it was.
  base::Result<int> rotate(std::string secret, std::chrono::sys_days today, std::chrono::days lifetime,
                           int first = 0, KeyNumbers in_use = {});

  const std::vector<Key>& keys() const { return keys_; }
  /// Returns the key that signs, or null.
  const Key* signing_key() const;
  /// Returns the day on which the oldest key was made, or nullopt if there is no key.
  std::optional<std::chrono::sys_days> first_created() const;
  /// True if there is no key, or the oldest one is younger than kMemory on that day.
  bool is_young(std::chrono::sys_days today) const;

 private:
  bool is_taken(int number, TagFamily family) const;

  std::vector<Key> keys_;
};

/// Returns the last day on which a retired key verifies.
std::chrono::sys_days last_day(const Key& retired, std::chrono::days lifetime);

/// True if tags made with the key are checked on that day.
bool is_accepted(const Key& key, std::chrono::sys_days today, std::chrono::days lifetime);

/// Returns eight hex digits by which two machines can compare a key without showing it: the start of SHA-256
/// over a label and the secret. A weak secret can be guessed and tested against them, as against any tag.
std::string fingerprint(const Key& key);

/// The spellings of the key file and the JSON, indexed by enumerator.
inline constexpr std::array<std::string_view, 2> kTagFamilyNames = {"exim", "indimail"};
inline constexpr std::array<std::string_view, 3> kKeyUseNames = {"sign", "verify", "retired"};
constexpr std::string_view name(TagFamily value) {
  return kTagFamilyNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(KeyUse value) {
  return kKeyUseNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
