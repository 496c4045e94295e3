// Facts -> Verdict: what is done with a sender, a recipient or a message, and why, in words. The only place
// that decides; the gateway, the milter, the command line and the HTTP API gather facts, ask here, and carry
// it out. Pure: the day is passed in. Thread-safe. docs/policy.md has the same as tables.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "origin/origin.h"
#include "response/response.h"

namespace backstop::policy {

/// How strict a domain is, each stage stricter than the one before.
enum class Stage : std::uint8_t {
  Observe,  ///< judge and record, change nothing
  Label,    ///< add the Backstop-Verdict field to responses
  Reject,   ///< refuse what is certainly a bounce and answers no mail of ours, once the grace is over
};

/// What is done, each stricter than the one before. Defer is for recipients alone.
enum class Action : std::uint8_t { Accept, Label, Refuse, Defer };

/// Why, as a word of a closed list.
enum class Cause : std::uint8_t {
  // Of a message.
  Ordinary,    ///< no response, nothing against it
  Tag,         ///< a response with a proof: a tag of ours
  NeverSends,  ///< a bounce to a mailbox that sends no mail
  Padded,      ///< a bounce whose report was put out of reach
  Bare,        ///< a response without a proof
  // The same, but something keeps it from being refused.
  Incomplete,  ///< what could hold a proof could not be looked at
  Stale,       ///< the tag is ours, but too old to prove anything
  Hinted,      ///< something that a forger could have made speaks for it
  Untaggable,  ///< mail of this address leaves without a tag
  Exempt,      ///< all recipients are mailboxes that take everything (postmaster, abuse)
  Relay,       ///< a host of ours brings it, which would bounce what is refused
  NoKeys,      ///< the domain has no key that signs: nothing could be proven
  InGrace,     ///< mail from before the domain's first key may still be under way
  Uncertain,   ///< it may be no bounce at all
  Ceiling,     ///< responses of this kind are not refused
  // Of a recipient or a client.
  BadTag,           ///< RCPT: one more wrong tag of a client that has brought too many
  RelayDenied,      ///< inbound: the recipient's domain is none of ours, or its local part a way out of it
  NotAuthorized,    ///< outbound: the client is in no trusted network and has not authenticated
  DifferentPolicy,  ///< this recipient may get another answer than the transaction's first: it must come
                    ///< alone
};

struct Verdict {
  Action action = Action::Accept;
  Cause cause = Cause::Ordinary;
  /// One plain sentence with what was found: printable ASCII, no full stop, no more than 300 bytes.
  std::string explanation = {};
  /// What the next stage would have done; nothing at the last stage and where the stage doesn't matter.
  std::optional<Action> next_stage = {};
};

/// The most that is done with a response of each kind; index by response::Kind. Never Defer.
using Ceilings = std::array<Action, response::kKindNames.size()>;

/// docs/policy.md says why each kind has its ceiling.
constexpr Ceilings default_ceilings() {
  using response::Kind;
  Ceilings ceilings{};
  ceilings.fill(Action::Label);
  for (const Kind dsn : {Kind::DsnFailed, Kind::DsnDelayed, Kind::DsnDelivered}) {
    ceilings[static_cast<std::size_t>(dsn)] = Action::Refuse;
  }
  ceilings[static_cast<std::size_t>(Kind::None)] = Action::Accept;
  ceilings[static_cast<std::size_t>(Kind::FeedbackReport)] = Action::Accept;
  return ceilings;
}

/// A domain of ours.
struct DomainPolicy {
  Stage stage = Stage::Observe;
  std::chrono::days grace{7};
  Ceilings ceilings = default_ceilings();
  /// When the oldest key of the ring was made; nothing without a key that signs.
  std::optional<std::chrono::sys_days> first_key = {};
  std::string name = {};  ///< for the explanation: "example.org", or empty
};

/// What is known of an inbound recipient at RCPT.
struct RecipientFacts {
  bool is_ours = false;  ///< its domain is configured
  /// Its local part may be read as a way to another server: "user%host", "host!user", "user@host" in quotes.
  bool is_routed = false;
  /// The null sender names it with a bad tag, and its client has brought too many of those.
  bool is_guessed = false;
  /// Its next hop or policy is not that of the transaction's first one, or the next hop answers each alone.
  bool differs_from_first = false;
};

/// Whether a tag is right or missing is judged with the message, so that callouts of others keep working. A
/// recipient has no label: Accept, Refuse, or Defer where it would be accepted and differs from the first.
/// Where the stage is too low to act, the cause stands in a verdict that accepts.
Verdict judge_recipient(const RecipientFacts& facts, const DomainPolicy& domain);

/// What is known of an inbound message at the end of its data, for one of its recipients.
struct MessageFacts {
  response::Kind kind = response::Kind::None;
  response::Certainty certainty = response::Certainty::Guessed;
  std::string shown = {};  ///< what the certainty stands on: one plain sentence, or empty
  origin::Origin origin = {};
  bool is_exempt = false;      ///< all recipients are exempt
  bool is_from_relay = false;  ///< a host of ours brings it
  std::chrono::sys_days today{};
};

/// Refuses only what has no proof, is certain to be a bounce (or of a kind whose ceiling was raised), could
/// be looked at whole, and comes to a domain that is ready: one with keys whose grace is over.
Verdict judge_message(const MessageFacts& facts, const DomainPolicy& domain);

/// Which of the verdicts on the recipients of one message is carried out for all: the index of the strictest,
/// of equals the one whose cause is refused at the last stage, then the first that is not genuine. `verdicts`
/// has at least one.
std::size_t least_favourable(std::span<const Verdict> verdicts);

/// What is known of an outbound client at MAIL.
struct SenderFacts {
  bool is_trusted_network = false;
  bool is_authenticated = false;
};

Verdict judge_sender(const SenderFacts& facts);

/// The value of the Backstop-Verdict field: "unproven; kind=dsn-failed; certainty=structural; cause=bare;
/// tag=silent". First the origin's result, "ordinary" for what is no response; last each evidence. ASCII,
/// unfolded.
std::string verdict_field(const Verdict& verdict, const MessageFacts& facts);

/// The spellings of the configuration, the JSON and the documentation, index by enumerator.
inline constexpr std::array<std::string_view, 3> kStageNames = {"observe", "label", "reject"};
inline constexpr std::array<std::string_view, 4> kActionNames = {"accept", "label", "refuse", "defer"};
inline constexpr std::array<std::string_view, 19> kCauseNames = {
    "ordinary",   "tag",          "never-sends",    "padded",          "bare",
    "incomplete", "stale",        "hinted",         "untaggable",      "exempt",
    "relay",      "no-keys",      "in-grace",       "uncertain",       "ceiling",
    "bad-tag",    "relay-denied", "not-authorized", "different-policy"};
constexpr std::string_view name(Stage value) {
  return kStageNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Action value) {
  return kActionNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Cause value) {
  return kCauseNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::policy
