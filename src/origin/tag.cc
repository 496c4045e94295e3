#include "origin/tag.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_syntax.h"
#include "origin/tag_window.h"

namespace backstop::origin {

namespace {

constexpr std::size_t kMacSize = 3;
constexpr std::size_t kAdded = 16;  // "prvs=", the tag and a separator

using Mac = std::array<unsigned char, kMacSize>;

Mac first_bytes(std::span<const unsigned char> digest) {
  Mac mac{};
  std::ranges::copy(digest.first(kMacSize), mac.begin());
  return mac;
}

std::optional<Mac> exim_mac(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), bytes, text.size(), digest.data(),
           &size) == nullptr) {
    return std::nullopt;
  }
  return first_bytes(digest);
}

/// Not a MAC to choose today, but the one that indimail's qmail signs with. nullopt on a system that forbids
/// MD5.
std::optional<Mac> indimail_mac(std::string_view secret, std::string_view text) {
  const std::string source = fmt::format("{}{}", text, secret);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(source.data(), source.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    return std::nullopt;
  }
  return first_bytes(digest);
}

std::optional<Mac> make_mac(const Key& key, std::string_view head, std::string_view address) {
  const std::string text = fmt::format("{}{}", head, address);
  return key.family == TagFamily::Exim ? exim_mac(key.secret, text) : indimail_mac(key.secret, text);
}

/// Reads the six hex digits at the end of a tag, in any case.
Mac mac_of(const Tag& tag) {
  const std::string_view hex = std::string_view(tag.value).substr(4);
  Mac mac{};
  for (std::size_t i = 0; i < kMacSize; ++i) {
    mac[i] = static_cast<unsigned char>(base::hex_value(hex[2 * i]) * 16 + base::hex_value(hex[2 * i + 1]));
  }
  return mac;
}

bool is_equal(const std::optional<Mac>& made, const Mac& given) {
  return made && CRYPTO_memcmp(made->data(), given.data(), kMacSize) == 0;
}

/// Returns what our hash is made over: the local part in lower case, and the domain in the form of
/// base::domain_key().
std::string folded_text(const mail::Address& plain) {
  return base::to_lower(plain.local) + "@" + base::domain_key(plain.domain);
}

/// Returns the spellings that the hash may have been made over: ours, and those of a signer that takes the
/// address as it comes. On the way its domain may have been put in lower case or written as its A-label.
std::vector<std::pair<MacOver, std::string>> spellings(const mail::Address& plain) {
  const std::string as_given = plain.local + "@" + plain.domain;
  std::vector<std::pair<MacOver, std::string>> found;
  const auto add = [&](MacOver over, std::string text) {
    if (std::ranges::find(found, text, &std::pair<MacOver, std::string>::second) == found.end())
      found.emplace_back(over, std::move(text));
  };
  add(MacOver::Folded, folded_text(plain));
  add(MacOver::Folded, base::to_lower(as_given));
  add(MacOver::FoldedDomain, plain.local + "@" + base::domain_key(plain.domain));
  add(MacOver::FoldedDomain, plain.local + "@" + base::to_lower(plain.domain));
  add(MacOver::AsGiven, as_given);
  return found;
}

std::optional<MacOver> match(const Tag& tag, const Key& key) {
  const Mac given = mac_of(tag);
  const std::string_view head = std::string_view(tag.value).substr(0, 4);
  for (const auto& [over, address] : spellings(tag.plain)) {
    if (is_equal(make_mac(key, head, address), given)) return over;
  }
  return std::nullopt;
}

std::string to_hex(const Mac& mac) {
  return fmt::format("{:02x}{:02x}{:02x}", mac[0], mac[1], mac[2]);
}

/// What would be the delimiter if `local` ended in "+prvs=0787c97471".
char delimiter_of(std::string_view local) {
  constexpr std::size_t kTail = std::string_view("+prvs=0787c97471").size();
  return local.size() < kTail ? '+' : local[local.size() - kTail];
}

}  // namespace

base::Result<void> check(const TagSettings& settings) {
  if (settings.lifetime < std::chrono::days(1) || settings.lifetime > TagSettings::kMostLifetime) {
    return std::unexpected(
        base::Error{fmt::format("a tag's lifetime must be 1 to {} days, not {}",
                                TagSettings::kMostLifetime.count(), settings.lifetime.count())});
  }
  // No letter, digit or '=': a tag is made of those.
  if (!std::string_view("+-_#!%^~*&$").contains(settings.delimiter)) {
    return std::unexpected(
        base::Error{"the delimiter of sub-addresses must be one of + - _ # ! % ^ ~ * & $"});
  }
  return {};
}

std::string_view explain(NotSigned why) {
  switch (why) {
    case NotSigned::NullPath:
      return "the null reverse path is never tagged: nothing answers it";
    case NotSigned::NoDomain:
      return "it has no domain, so no answer would come back to it";
    case NotSigned::AlreadyTagged:
      return "it has a tag already, or begins as one";
    case NotSigned::Srs:
      return "it was rewritten by a forwarder (SRS), which takes the answers back itself";
    case NotSigned::Quoted:
      return "its local part needs quotes, and servers on the way write those differently";
    case NotSigned::LocalPartTooLong:
      return "its local part is longer than 48 octets: with the tag it would pass the limit of 64";
    case NotSigned::PathTooLong:
      return "with the tag it would pass the limit of 254 octets for an address";
    case NotSigned::NoSigningKey:
      return "the key ring has no key that signs";
  }
  return "";
}

std::optional<NotSigned> why_not_signed(const mail::Path& path, const TagSettings& settings) {
  if (path.is_null()) return NotSigned::NullPath;
  const auto& [local, domain] = *path.address;
  if (domain.empty()) return NotSigned::NoDomain;
  if (begins_like_tag(local) || find_tag(*path.address, settings.delimiter)) return NotSigned::AlreadyTagged;
  if (is_srs(local)) return NotSigned::Srs;
  if (!mail::is_dot_string(local)) return NotSigned::Quoted;
  if (local.size() + kAdded > mail::kLocalMost) return NotSigned::LocalPartTooLong;
  if (local.size() + kAdded + 1 + domain.size() > mail::kAddressMost) return NotSigned::PathTooLong;
  return std::nullopt;
}

std::expected<mail::Address, NotSigned> sign(const mail::Path& path, const KeyRing& keys,
                                             std::chrono::sys_days today, const TagSettings& settings) {
  assert(check(settings));
  if (const auto reason = why_not_signed(path, settings)) return std::unexpected(*reason);
  const Key* const key = keys.signing_key();
  if (key == nullptr) return std::unexpected(NotSigned::NoSigningKey);
  const auto& address = *path.address;
  const int digits = digits_of(today + settings.lifetime);
  const std::string head = fmt::format("{}{:03}", key->number, digits);
  const auto mac = make_mac(*key, head, folded_text(address));
  if (!mac) return std::unexpected(NotSigned::NoSigningKey);
  const std::string tag = head + to_hex(*mac);
  const std::string local = settings.form == TagForm::Prefix
                                ? fmt::format("prvs={}={}", tag, address.local)
                                : fmt::format("{}{}prvs={}", address.local, settings.delimiter, tag);
  return mail::Address{local, address.domain};
}

namespace {

/// Returns what a tag of ours is worth on that day. Its age counts from the day on which it was made.
TagOutcome outcome_of(const TagWindow& window, std::chrono::sys_days today, std::chrono::days lifetime) {
  if (window.is_open) return TagOutcome::Good;
  const auto age = today - (window.last_good_day - lifetime);
  return age <= kMemory ? TagOutcome::Stale : TagOutcome::Expired;
}

/// Tries one key; true if the tag is good.
bool try_key(const Key& key, std::chrono::sys_days today, std::chrono::days lifetime, TagCheck& check) {
  const auto over = match(*check.tag, key);
  if (!over) return false;
  const TagWindow found = window(day_digits(*check.tag), key.family, today, lifetime);
  check.outcome = outcome_of(found, today, lifetime);
  check.last_good_day = found.last_good_day;
  check.is_ahead = !found.is_open && found.last_good_day > today;
  check.family = key.family;
  check.mac_over = *over;
  return found.is_open;
}

}  // namespace

TagCheck verify(const mail::Address& address, const KeyRing& keys, std::chrono::sys_days today,
                const TagSettings& settings) {
  assert(check(settings));
  TagCheck result;
  result.tag = find_tag(address, settings.delimiter);
  if (!result.tag) return result;
  result.outcome = TagOutcome::Foreign;
  if (!is_verifiable(result.tag->shape)) return result;
  result.outcome = TagOutcome::BadMac;
  result.key_number = key_number(*result.tag);
  for (const auto& key : keys.keys()) {
    if (key.number != result.key_number || !is_accepted(key, today, settings.lifetime)) continue;
    result.has_key = true;
    if (try_key(key, today, settings.lifetime, result)) break;
  }
  if (!result.has_key && keys.is_young(today)) result.outcome = TagOutcome::UnknownKey;
  return result;
}

std::string search_key(std::string_view address) {
  const std::string_view local = address.substr(0, address.rfind('@'));
  const std::string_view domain = address.substr(local.size());  // with the "@"
  auto tag = find_tag({std::string(local), {}}, delimiter_of(local));
  return base::address_key(tag ? std::string_view(tag->plain.local.append(domain)) : address);
}

}  // namespace backstop::origin
