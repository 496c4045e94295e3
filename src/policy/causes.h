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
  Observe,     ///< judge and record, change nothing
  Label,       ///< add the Backstop-Verdict field to responses
  Quarantine,  ///< keep back what Reject would refuse
  Reject,      ///< refuse what is certainly a bounce, has no proof, and comes to a domain that is ready
};

/// What is done. Each action is stricter than the one before, which ceilings and the choice among verdicts
/// rely on. Deferred are recipients, mail whose DMARC can't be known, and responses that leave.
enum class Action : std::uint8_t { Accept, Label, Quarantine, Refuse, Defer };

/// Why, as a word of a closed list.
enum class Cause : std::uint8_t {
  // For a message.
  Ordinary,  ///< the message is no response, and nothing was found against it
  // A response with a proof: origin::Cause has the same ones.
  Local,
  Watermark,
  Dkim,
  Ledger,
  Tag,
  Pair,
  // A response without one.
  NeverSends,  ///< a bounce to a mailbox that sends no mail
  BadTag,      ///< the tag is not ours, and what came back carries no proof
  Padded,      ///< a bounce whose report was put out of reach
  Missing,     ///< what came back carries no proof, though mail of ours does
  Bare,        ///< nothing came back that could carry a proof
  // The same, but something keeps it from being refused.
  TagOnly,     ///< a good tag, but what came back carries no proof, though mail of ours does
  Worn,        ///< its proof has counted as often as it may
  Stale,       ///< the tag is ours, but too old to prove anything
  Hinted,      ///< something that a forger could have made says that it is genuine
  Untaggable,  ///< nothing came back, and mail of this address leaves without a tag
  Incomplete,  ///< what could hold a proof could not be looked at
  Exempt,      ///< all recipients are mailboxes that take everything (postmaster, abuse)
  Relay,       ///< a host of ours brings it, and would bounce what is refused
  NotReady,    ///< mail of the domain has not been seen to carry proofs
  NoTags,      ///< nothing came back, and mail of the domain has not been seen to carry tags
  Uncertain,   ///< the message may be no bounce at all
  Ceiling,     ///< responses of this kind are not refused
  // For a recipient or a client.
  UnknownRecipient,  ///< RCPT: the domain's directory doesn't know the mailbox
  DirectoryFailed,   ///< RCPT: the domain's directory does not answer
  Guessing,          ///< RCPT: one more wrong tag of a client that has brought too many
  // For the sender, at RCPT, if the check is set to refuse.
  SpfFail,           ///< its domain says that the client may not send its mail
  NullMx,            ///< its domain takes no mail
  NoDomain,          ///< its domain does not exist, and did not a while ago
  NoDomainYet,       ///< its domain was not found, for the first time
  Listed,            ///< a list in DNS has the client or the domain
  SenderUnanswered,  ///< DNS failed
  // For a message, if the check is set to refuse.
  DmarcFail,        ///< the domain in From wants such mail refused
  DmarcUnanswered,  ///< DNS failed
  // For a recipient or a client.
  RelayDenied,    ///< inbound: the recipient's domain is not ours, or its local part can route mail elsewhere
  NotAuthorized,  ///< outbound: the client is in no trusted network and has not authenticated
  DifferentPolicy,  ///< RCPT: it may get another answer than the transaction's first, so it must come alone
  // For a response that leaves (policy/way_out.h).
  Owed,              ///< its addressee wrote the mail that it answers
  NotOwed,           ///< that mail was checked, and nothing passed for the addressee
  Unclear,           ///< it is not known who wrote that mail
  Rated,             ///< the same, and more such responses were to leave than the rates allow
  VacationUnwanted,  ///< an automatic reply to an addressee, or a mail, that must not be answered
  VacationAgain,     ///< an automatic reply to an addressee who got one within 7 days
  NotCheckedYet,     ///< the checks of that mail still run, and the response can't wait for them
  NotHeld,           ///< it can't be held just now
};

/// True for a response with a proof.
constexpr bool is_genuine(Cause cause) {
  return cause >= Cause::Local && cause <= Cause::Pair;
}

/// The spellings of the configuration, the JSON and the documentation, indexed by enumerator.
inline constexpr std::array<std::string_view, 4> kStageNames = {"observe", "label", "quarantine", "reject"};
inline constexpr std::array<std::string_view, 5> kActionNames = {"accept", "label", "quarantine", "refuse",
                                                                 "defer"};
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
  Owing,      ///< what was found out about who wrote the mail that is answered
  Sender,     ///< what the check of the sender found
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

inline constexpr std::size_t kCauseCount = static_cast<std::size_t>(Cause::NotHeld) + 1;

/// Returns all rows, indexed by Cause.
std::span<const CauseRow, kCauseCount> causes();

inline const CauseRow& row_of(Cause cause) {
  return causes()[static_cast<std::size_t>(cause)];
}
inline std::string_view name(Cause cause) {
  return row_of(cause).name;
}

}  // namespace backstop::policy
