// Tags in envelope addresses: BATV as it is deployed (draft-levine-smtp-batv-01, and what products made of
// it). docs/tags.md has the formats, what each product does, and why ours is as it is.
//
// We write Exim's family, `prvs=KDDDSSSSSS=local@domain`: K is the key number, DDD are the last three digits
// of the day of expiry, SSSSSS are the first three bytes of HMAC-SHA1(key, K DDD local@domain) in hex. Our
// hash is made over the address in lower case with its domain as A-label (base/domain_key.h), so that the tag
// stays good if a server changes the case, or writes an A-label as its U-label.
//
// Pure functions: the day is passed in (UTC). Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "mail/address.h"
#include "origin/key_ring.h"
#include "origin/tag_shape.h"

namespace backstop::origin {

enum class TagForm : std::uint8_t {
  Prefix,      ///< prvs=TAG=user@domain
  SubAddress,  ///< user+prvs=TAG@domain: survives a server that looks up the local part up to the delimiter
};

struct TagSettings {
  static constexpr std::chrono::days kMostLifetime{500};

  std::chrono::days lifetime{14};  ///< how many days after its making a tag is good
  TagForm form = TagForm::Prefix;
  char delimiter = '+';  ///< of sub-addresses: in tags that are made, and in those that are read
};

/// Refuses a lifetime outside of 1 to 500 days, and a delimiter that is not one of + - _ # ! % ^ ~ * & $. (A
/// tag tells the day in three digits, so half of the thousand must mean "expired".) sign() and verify() need
/// settings that passed.
base::Result<void> check(const TagSettings& settings);

/// Why an address was left as it was.
enum class NotSigned : std::uint8_t {
  NullPath,
  NoDomain,
  AlreadyTagged,
  Srs,
  Quoted,
  LocalPartTooLong,
  PathTooLong,
  NoSigningKey,
};

/// Returns one clause in plain words: "the null reverse path is never tagged".
std::string_view explain(NotSigned why);

/// Returns why the address can't be tagged, whatever the keys; nullopt if it can.
std::optional<NotSigned> why_not_signed(const mail::Path& path, const TagSettings& settings = {});

/// Returns the address with the tag of that day, or why it must stay as it is. Neither is an error. The tag
/// is the same all day, so that greylisting sees one address.
std::expected<mail::Address, NotSigned> sign(const mail::Path& path, const KeyRing& keys,
                                             std::chrono::sys_days today, const TagSettings& settings = {});

enum class TagOutcome : std::uint8_t {
  NoTag,
  Good,
  Stale,       ///< ours, and made at most kMemory ago or dated at most kMemory too late
  Expired,     ///< ours, and made longer ago than that
  BadMac,      ///< of our form, but not made with a key that we still have
  UnknownKey,  ///< names a number for which this ring has no key, and the ring is too young to have lost one
  Foreign,     ///< of another product; only that product can check it
};

/// Which spelling of the address the hash was made over.
enum class MacOver : std::uint8_t { Folded, FoldedDomain, AsGiven };

struct TagCheck {
  TagOutcome outcome = TagOutcome::NoTag;
  std::optional<Tag> tag;              ///< unless NoTag
  int key_number = 0;                  ///< what the tag says; unless NoTag or Foreign
  bool has_key = false;                ///< the ring has a key of that number
  TagFamily family = TagFamily::Exim;  ///< Good, Stale and Expired
  MacOver mac_over = MacOver::Folded;  ///< Good, Stale and Expired
  /// Good, Stale and Expired. Of an expired tag, a multiple of 1000 days may be missing.
  std::chrono::sys_days last_good_day{};
  bool is_ahead = false;  ///< Stale: good for longer than a tag that is made today

  /// True if the tag was made with our key, whenever that was.
  bool is_ours() const {
    return outcome == TagOutcome::Good || outcome == TagOutcome::Stale || outcome == TagOutcome::Expired;
  }
};

/// Checks the tag of an address that mail came to. If keys of both families have the number, both are tried.
/// A number without a key is UnknownKey while the ring's oldest key is younger than kMemory, since the tag
/// may come from another machine or an earlier ring. Later it is BadMac.
TagCheck verify(const mail::Address& address, const KeyRing& keys, std::chrono::sys_days today,
                const TagSettings& settings = {});

/// The form of an address in which the history is searched: in lower case (ASCII), its domain as A-label, and
/// without its tag. "prvs=0787c97471=Ann@Example.ORG" and "ann+prvs=0787c97471@example.org" become
/// "ann@example.org". The tags of all products are taken off, those of sub-addresses with any delimiter: a
/// search proves nothing, and other servers have other delimiters. `address` may be any text.
std::string search_key(std::string_view address);

/// The spellings of the JSON, indexed by enumerator.
inline constexpr std::array<std::string_view, 8> kNotSignedNames = {
    "null-path", "no-domain",           "already-tagged", "srs",
    "quoted",    "local-part-too-long", "path-too-long",  "no-signing-key"};
inline constexpr std::array<std::string_view, 7> kTagOutcomeNames = {
    "no-tag", "good", "stale", "expired", "bad-mac", "unknown-key", "foreign"};
inline constexpr std::array<std::string_view, 3> kMacOverNames = {"folded", "folded-domain", "as-given"};
constexpr std::string_view name(NotSigned value) {
  return kNotSignedNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(TagOutcome value) {
  return kTagOutcomeNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(MacOver value) {
  return kMacOverNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
