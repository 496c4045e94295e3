// Says whether we sent the mail that a response answers. All evidence is weighed together: the first rule
// that holds decides. Pure values; thread-safe.
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

/// Where evidence comes from, in the order in which it is reported. claim.cc has a row for each kind that is
/// looked for.
enum class EvidenceKind : std::uint8_t { Tag, NeverSends, Watermark, Dkim, Ledger, Trace };

struct Evidence {
  EvidenceKind kind = EvidenceKind::Tag;
  Finding finding = Finding::Silent;
  std::string detail;  ///< one plain sentence, printable
};

/// What decided. The first cause that holds counts, in this order.
enum class Cause : std::uint8_t {
  Tag,         ///< genuine: the recipient's address carries a good tag of ours
  NeverSends,  ///< forged: the mailbox sends no mail
  Padded,      ///< unproven: the report was put out of reach
  Incomplete,  ///< unproven: something that could hold a proof could not be looked at
  Stale,       ///< unproven: the tag is ours, but too old to prove anything
  Hinted,      ///< unproven: something that a forger could have made speaks for it
  Untaggable,  ///< unproven: mail of this address leaves without a tag
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
  std::string padded = {};      ///< the report that the mail promises was put out of reach
  std::string incomplete = {};  ///< what could not be looked at
  std::string untaggable = {};  ///< why mail of this address leaves without a tag
};

/// Returns the result with its cause. A proof outranks everything. If the address can't be tagged, the cause
/// is never Padded, since no proof could be asked for (docs/decisions.md).
Origin judge(Grounds grounds);

inline constexpr std::array<std::string_view, 3> kResultNames = {"unproven", "genuine", "forged"};
inline constexpr std::array<std::string_view, 6> kEvidenceKindNames = {"tag",  "never-sends", "watermark",
                                                                       "dkim", "ledger",      "trace"};
inline constexpr std::array<std::string_view, 4> kFindingNames = {"silent", "hints", "proves", "refutes"};
inline constexpr std::array<std::string_view, 8> kCauseNames = {
    "tag", "never-sends", "padded", "incomplete", "stale", "hinted", "untaggable", "bare"};
constexpr std::string_view name(Result value) {
  return kResultNames[static_cast<std::size_t>(value)];
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
