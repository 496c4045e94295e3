// What a row of the ledger is about, and the 16 bytes under which it is kept: 6 bytes of H(owner) and 10
// bytes of H(kind, owner, rest). Equal rows of two owners have nothing in common, and all rows of one owner
// are neighbours. H is HMAC-SHA256 with a secret (store/ledger_secret.h), so no address can be read or
// guessed from a key without it.
//
// Texts are hashed byte for byte: whoever asks must spell them as whoever recorded them did. An owner has the
// form that DESIGN calls owner: lower case, without tag and sub-address. A Message-ID has no angle brackets.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace backstop::store {

/// The numbers are hashed: they must never change.
enum class RowKind : std::uint8_t {
  SentId = 1,
  ImportedId = 2,
  Addressee = 3,
  Pair = 4,
  WayOut = 5,
  SentAs = 6,
  DayRecipients = 7,
  ArrivalByReceived = 8,
  ArrivalByMessage = 9,
  Digest = 10,
  Uses = 11,
  NeverAnswered = 12,
};

/// How long a row lives. Rows of one life share their tables. The numbers are in the database.
enum class Life : std::uint8_t { Ids = 0, Pairs = 1, Arrivals = 2, Digests = 3 };
inline constexpr std::size_t kLives = 4;

/// How an arrived mail was authenticated for an address; the value of an arrival's row. If a mail arrived
/// twice, the larger number counts. The numbers are in the database.
enum class Authentication : std::uint32_t {
  Pending = 8,   ///< the checks still run
  Failed = 16,   ///< it was checked, and nothing passed
  Unknown = 32,  ///< it was not checked, or DNS failed
  /// SPF alone passed, of a domain that many share, or a signed mail has another author, or several.
  SharedSpf = 64,
  Passed = 96,         ///< SPF passed for the address
  Trusted = 128,       ///< the address is ours, and so is the client
  Authenticated = 192  ///< the address is ours, and the client logged in
  // 256 times a signature's mark: see signed_by().
};

/// A DKIM signature alone passed, whose mark is the upper 16 bits; of a stranger's address. A signed mail can
/// be sent again by anybody, so answers are counted for each mark.
constexpr Authentication signed_by(std::uint16_t mark) {
  return static_cast<Authentication>((mark == 0 ? 1U : mark) << 8U);
}
/// Returns the mark, or 0 if another value than of signed_by().
constexpr std::uint32_t mark_of(std::uint32_t authentication) {
  return authentication >> 8U;
}

/// Says what a row is about. Views: the texts belong to the caller.
struct RowKey {
  RowKind kind;
  std::string_view owner;  ///< empty if nobody owns the row
  std::string_view first{};
  std::string_view second{};
  std::int64_t number = 0;
};

struct Row {
  RowKey key;
  std::uint32_t value = 1;  ///< a count or an Authentication; from 1 to kMostValue
};

inline constexpr std::uint32_t kMostValue = (1U << 24) - 1;

// Each function below names a kind of row and what its value is.

/// A Message-ID that left for this owner; the number of recipients, which add up.
constexpr RowKey sent_id(std::string_view owner, std::string_view message_id) {
  return {RowKind::SentId, owner, message_id};
}
/// A Message-ID from a list that doesn't say who sent it.
constexpr RowKey imported_id(std::string_view message_id) {
  return {RowKind::ImportedId, {}, message_id};
}
constexpr RowKey sent_to(std::string_view owner, std::string_view message_id, std::string_view addressee) {
  return {RowKind::Addressee, owner, message_id, addressee};
}
constexpr RowKey pair(std::string_view owner, std::string_view addressee) {
  return {RowKind::Pair, owner, addressee};
}
/// Somebody of our domain wrote to this addressee, who is the row's owner.
constexpr RowKey way_out(std::string_view our_domain, std::string_view addressee) {
  return {RowKind::WayOut, addressee, our_domain};
}
/// A mail of this envelope sender had this From.
constexpr RowKey sent_as(std::string_view envelope_owner, std::string_view from) {
  return {RowKind::SentAs, envelope_owner, from};
}
/// How many recipients the owner wrote to on that day; they add up.
constexpr RowKey recipients_on(std::string_view owner, std::chrono::sys_days day) {
  return {RowKind::DayRecipients, owner, {}, {}, day.time_since_epoch().count()};
}
/// A mail that arrived under this id in our own Received field; its Authentication as the client's rights
/// alone make it.
constexpr RowKey arrival(std::string_view received_id) {
  return {RowKind::ArrivalByReceived, {}, received_id};
}
/// The same for one address, which is its reverse path or in its From; the Authentication for that address.
constexpr RowKey arrival(std::string_view received_id, std::string_view address) {
  return {RowKind::ArrivalByReceived, address, received_id};
}
/// The same by what the mail says of itself; empty: a mail without a Message-ID.
constexpr RowKey arrival_by_message(std::string_view message_id, std::string_view address) {
  return {RowKind::ArrivalByMessage, address, message_id};
}
/// A mail arrived that no program may answer by itself (RFC 3834 2). The address and the value are those of
/// its arrival, so that a forged mail with the same Message-ID doesn't speak for a genuine one.
constexpr RowKey never_answered(std::string_view message_id, std::string_view address) {
  return {RowKind::NeverAnswered, address, message_id};
}
/// A response that was delivered to the owner; how often, which adds up.
constexpr RowKey response(std::string_view owner, std::string_view digest) {
  return {RowKind::Digest, owner, digest};
}
/// The name of a counter of uses (LedgerWriter::take). `what` has all that makes it another counter: the
/// proof's id, the claimed addressee, a network, the hour.
constexpr RowKey uses(std::string_view owner, std::string_view what) {
  return {RowKind::Uses, owner, what};
}

Life life_of(RowKind kind);
/// True if the values of equal rows add up; else the larger one counts.
bool adds_up(RowKind kind);

/// The key itself. Its bits are as good as random, and serve as hash and for filters, too.
struct LedgerKey {
  static constexpr std::size_t kOwnerBytes = 6;

  std::array<unsigned char, 16> bytes{};

  auto operator<=>(const LedgerKey&) const = default;

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  std::string_view owner() const { return view().substr(0, kOwnerBytes); }
  /// Eight bytes that belong to no owner alone.
  std::uint64_t bits() const {
    std::uint64_t out = 0;
    std::memcpy(&out, bytes.data() + 8, sizeof out);
    return out;
  }
};

/// All keys of one owner under one secret.
struct OwnerRange {
  std::array<char, LedgerKey::kOwnerBytes> prefix{};

  std::string_view view() const { return {prefix.data(), prefix.size()}; }
  bool holds(const LedgerKey& key) const { return key.owner() == view(); }
};

}  // namespace backstop::store
