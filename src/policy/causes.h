// The causes: why something is done. Each is one row: its name, what is done at each stage, and its sentence.
// docs/policy.md explains each cause; tests/docs_test.cc compares the page with the rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace backstop::policy {

/// How strict a domain is. Each stage is stricter than the one before.
enum class Stage : std::uint8_t {
  Observe,  ///< judge and record, change nothing
  Label,    ///< add the Backstop-Verdict field to responses
  Reject,   ///< refuse what is certainly a bounce and has no proof, once the grace is over
};

/// What is done. Each action is stricter than the one before, which ceilings and the choice among verdicts
/// rely on. Only recipients are deferred.
enum class Action : std::uint8_t { Accept, Label, Refuse, Defer };

/// Why, as a word of a closed list.
enum class Cause : std::uint8_t {
  // For a message.
  Ordinary,    ///< the message is no response, and nothing was found against it
  Tag,         ///< a response with a proof: a tag of ours
  NeverSends,  ///< a bounce to a mailbox that sends no mail
  Padded,      ///< a bounce whose report was put out of reach
  Bare,        ///< a response without a proof
  // For a message, too, but something keeps it from being refused.
  Incomplete,  ///< what could hold a proof could not be looked at
  Stale,       ///< the tag is ours, but too old to prove anything
  Hinted,      ///< something that a forger could have made says that it is genuine
  Untaggable,  ///< mail of this address leaves without a tag
  Exempt,      ///< all recipients are mailboxes that take everything (postmaster, abuse)
  Relay,       ///< a host of ours brings it, and would bounce what is refused
  NoKeys,      ///< the key ring has no key that signs: nothing could be proven
  InGrace,     ///< mail from before the ring's first key may still be under way
  Uncertain,   ///< the message may be no bounce at all
  Ceiling,     ///< responses of this kind are not refused
  // For a recipient or a client.
  BadTag,         ///< RCPT: one more wrong tag of a client that has brought too many
  RelayDenied,    ///< inbound: the recipient's domain is not ours, or its local part can route mail elsewhere
  NotAuthorized,  ///< outbound: the client is in no trusted network and has not authenticated
  DifferentPolicy,  ///< RCPT: it may get another answer than the transaction's first, so it must come alone
};

/// The spellings of the configuration, the JSON and the documentation, indexed by enumerator.
inline constexpr std::array<std::string_view, 3> kStageNames = {"observe", "label", "reject"};
inline constexpr std::array<std::string_view, 4> kActionNames = {"accept", "label", "refuse", "defer"};
constexpr std::string_view name(Stage value) {
  return kStageNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Action value) {
  return kActionNames[static_cast<std::size_t>(value)];
}

/// What is done at each stage, indexed by Stage.
using Ladder = std::array<Action, kStageNames.size()>;

/// Which facts follow the sentence of a cause, after a colon.
enum class Detail : std::uint8_t {
  None,
  Origin,     ///< what was found out about the origin
  Certainty,  ///< what shows that the mail is a response
};

struct CauseRow {
  Cause cause;
  std::string_view name;  ///< as the header field, the history and the JSON spell it
  Ladder ladder;
  Detail detail;
  /// Plain, printable ASCII without a full stop. {domain} is a name or "this domain", {response} is "bounce"
  /// or another kind.
  std::string_view sentence;
};

inline constexpr std::size_t kCauseCount = static_cast<std::size_t>(Cause::DifferentPolicy) + 1;

/// Returns all rows, indexed by Cause.
std::span<const CauseRow, kCauseCount> causes();

inline const CauseRow& row_of(Cause cause) {
  return causes()[static_cast<std::size_t>(cause)];
}
inline std::string_view name(Cause cause) {
  return row_of(cause).name;
}

}  // namespace backstop::policy
