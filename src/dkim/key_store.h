// The public keys of our domains, kept past their rotation.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "dkim/key_name.h"
#include "dkim/public_key.h"

namespace backstop::dkim {

struct StoredKey {
  /// How long a key verifies after its `until`: a bounce comes up to 12 days after its mail.
  static constexpr std::chrono::days kLate{14};

  PublicKey key;
  std::optional<std::chrono::sys_days> from = {};   ///< the first day on which it signed
  std::optional<std::chrono::sys_days> until = {};  ///< the last one

  /// True if signatures of the key count on that day of our own clock. The time that a signature tells is no
  /// help: whoever has an old private key can write any.
  bool verifies_on(std::chrono::sys_days today) const;
};

/// A plain value. Filled once, then shared as const and thread-safe.
class KeyStore {
 public:
  /// Returns false if there is a key of that name already.
  bool add(const KeyName& name, StoredKey key);
  /// Returns null if there is none, whatever the day. Both are A-labels in lower case. O(1).
  const StoredKey* find(std::string_view selector, std::string_view domain) const;
  /// True if there is a key of that very domain, whatever the day.
  bool has_key_of(std::string_view domain) const { return domains_.contains(domain); }
  std::size_t size() const { return keys_.size(); }
  /// Returns how many domains have a key.
  std::size_t count_domains() const { return domains_.size(); }

 private:
  std::unordered_map<std::string, StoredKey> keys_;  // by KeyName::text()
  std::set<std::string, std::less<>> domains_;
};

}  // namespace backstop::dkim
