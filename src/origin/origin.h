// Says whether we sent the mail that a response answers. All evidence is weighed together: the first rule
// that holds decides. Pure values; thread-safe. docs/policy.md has the rules as a table.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::origin {

enum class Result : std::uint8_t { Unproven, Genuine, Forged };

/// What one piece of evidence says.
enum class Finding : std::uint8_t { Silent, Hints, Proves, Refutes };

/// What a proof is bound to, weakest first.
enum class Level : std::uint8_t {
  None,  ///< it is no proof
  C,     ///< the owner and a span of days
  B,     ///< the owner
  A,     ///< the owner and the addressee that the response names
};

/// Where evidence comes from, in the order in which it is reported. claim.cc has a row for each kind that is
/// looked for.
enum class EvidenceKind : std::uint8_t {
  Tag,
  NeverSends,
  Local,
  Watermark,
  Dkim,
  Ledger,
  Pair,
  Trace,
  Other,
};

/// What a proof counts against, so that a copy can't prove without end.
struct ProofUse {
  std::string id = {};  ///< of the proof, with its kind: "watermark:...", "dkim:...", "id:...", "tag:..."
  /// The addressees that are recorded, each with a count of its own. If there are none, all share one count.
  std::vector<std::string> addressees = {};
  std::uint32_t recipients = 0;  ///< of the recorded mail; 0 if it is not recorded

  bool operator==(const ProofUse&) const = default;
};

struct Evidence {
  EvidenceKind kind = EvidenceKind::Tag;
  Finding finding = Finding::Silent;
  Level level = Level::None;  ///< of a proof
  /// A proof or a hint that has counted as often as it may: it can be copied, and this is perhaps a copy.
  bool is_worn = false;
  std::string detail = {};  ///< one plain sentence, printable
  ProofUse use = {};        ///< of a proof that is counted
};

/// What decided. The first cause that holds counts, in this order.
enum class Cause : std::uint8_t {
  Local,       ///< genuine: a host or a user of ours brings it
  Watermark,   ///< genuine: what came back carries a watermark of ours
  Dkim,        ///< genuine: what came back carries a DKIM signature of ours
  Ledger,      ///< genuine: we recorded the Message-ID that came back when that mail left
  Tag,         ///< genuine: the recipient's address carries a good tag of ours
  Pair,        ///< genuine: the owner wrote to this sender, who is authenticated
  TagOnly,     ///< unproven: a good tag, but what came back carries no proof and should
  Worn,        ///< unproven: its proof has counted as often as it may
  NeverSends,  ///< forged: the mailbox sends no mail
  BadTag,      ///< forged: the tag is not ours, and what came back carries no proof and should
  Padded,      ///< unproven: the report was put out of reach
  Incomplete,  ///< unproven: something that could hold a proof could not be looked at
  Stale,       ///< unproven: the tag is ours, but too old to prove anything
  Hinted,      ///< unproven: something that a forger could have made speaks for it
  Missing,     ///< unproven: what came back carries no proof and should
  Untaggable,  ///< unproven: nothing came back, and mail of this address leaves without a tag
  Bare,        ///< unproven: nothing was found
};

struct Origin {
  Result result = Result::Unproven;
  Cause cause = Cause::Bare;
  std::string why = {};  ///< the reason for the cause: one plain sentence, printable
  std::vector<Evidence> evidence = {};
};

/// What was found out for one recipient of a response. Each text is one plain, printable sentence, or empty
/// if its claim doesn't hold.
struct Grounds {
  std::vector<Evidence> evidence = {};
  bool is_dsn = true;
  bool is_surge = false;        ///< the owner gets many unproven responses just now
  std::string missing = {};     ///< a whole header came back without a proof, though our mail carries one
  std::string bad_tag = {};     ///< the tag was certainly not made by us
  std::string padded = {};      ///< the report that the mail promises was put out of reach
  std::string incomplete = {};  ///< what could not be looked at
  std::string untaggable = {};  ///< why mail of this address leaves without a tag
};

/// Returns the result with its cause. A proof outranks everything.
Origin judge(Grounds grounds);

/// True if a proof decided. Of several, the one of the highest level names the cause.
constexpr bool is_proof(Cause cause) {
  return cause <= Cause::Pair;
}

inline constexpr std::array<std::string_view, 3> kResultNames = {"unproven", "genuine", "forged"};
inline constexpr std::array<std::string_view, 4> kLevelNames = {"", "C", "B", "A"};
inline constexpr std::array<std::string_view, 9> kEvidenceKindNames = {
    "tag", "never-sends", "local", "watermark", "dkim", "ledger", "pair", "trace", "other"};
inline constexpr std::array<std::string_view, 4> kFindingNames = {"silent", "hints", "proves", "refutes"};
inline constexpr std::array<std::string_view, 17> kCauseNames = {
    "local",   "watermark", "dkim",       "ledger", "tag",    "pair",    "tag-only",   "worn", "never-sends",
    "bad-tag", "padded",    "incomplete", "stale",  "hinted", "missing", "untaggable", "bare"};
constexpr std::string_view name(Result value) {
  return kResultNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Level value) {
  return kLevelNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(EvidenceKind value) {
  return kEvidenceKindNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Finding value) {
  return kFindingNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Cause value) {
  return kCauseNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
