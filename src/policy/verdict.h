// Facts -> Verdict: what is done with a sender, a recipient or a message, and why, in words. The only place
// that decides; the gateway, the milter, the command line and the HTTP API gather facts, ask here, and carry
// it out. Pure: the day is passed in. Thread-safe. docs/policy.md has the same as tables.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "origin/origin.h"
#include "origin/tag.h"
#include "response/response.h"

namespace backstop::policy {

/// How strict a domain is, each stage stricter than the one before.
enum class Stage : std::uint8_t {
  Observe,  ///< judge and record, change nothing
  Label,    ///< add the Backstop-Verdict field to responses
  Reject,   ///< refuse forged responses always, and unproven ones after the grace
};

enum class Action : std::uint8_t { Accept, Label, Refuse, Defer };

/// Why, as a word of a closed list.
enum class Cause : std::uint8_t {
  Ordinary,         ///< no response, nothing against it
  Genuine,          ///< a response with a proof
  Unproven,         ///< a response without proof, and without refutation
  UnprovenInGrace,  ///< the same, while mail without our tag may still be under way
  NoKeys,           ///< the same, where the domain has no key: nothing could be proven
  Exempt,           ///< an unproven response to a mailbox that takes all (postmaster, abuse)
  Forged,           ///< a response that a refutation stands against
  BadTag,           ///< RCPT: the tag was not made with our key
  ExpiredTag,       ///< RCPT: the tag's window is over
  NeverSends,       ///< a bounce to a mailbox that sends no mail
  ManyRecipients,   ///< the null sender writes to more than one recipient
  RelayDenied,      ///< inbound: the recipient's domain is none of ours, or its local part a way out of it
  NotAuthorized,    ///< outbound: the client is in no trusted network and has not authenticated
  DifferentPolicy,  ///< this recipient may get another answer than the transaction's first: it is to come
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

/// A domain of ours.
struct DomainPolicy {
  Stage stage = Stage::Observe;
  std::chrono::days grace{7};
  /// When the oldest key of the ring was made; nothing without keys.
  std::optional<std::chrono::sys_days> first_key = {};
  std::string name = {};  ///< for the explanation: "example.org", or empty
};

/// What is known of an inbound recipient at RCPT.
struct RecipientFacts {
  bool is_ours = false;  ///< its domain is configured
  /// Its local part may be read as a way to another server: "user%host", "host!user", "user@host" in quotes.
  bool is_routed = false;
  bool is_null_sender = false;
  bool never_sends = false;
  bool is_exempt = false;  ///< postmaster, abuse
  origin::TagOutcome tag = origin::TagOutcome::NoTag;
  std::size_t earlier_recipients = 0;    ///< of this transaction that were taken
  std::size_t most_null_recipients = 1;  ///< how many the null sender may have; it always may have one
  /// Its next hop or policy is not that of the transaction's first one, or the next hop answers each alone.
  bool differs_from_first = false;
  std::string tag_detail = {};  ///< of a bad or expired tag: origin::explain(), or empty
};

/// With the null sender a bad or expired tag is refused, since bounces come within days; with another sender
/// a bad one alone. A missing tag is judged with the message, so that callouts of others keep working. A
/// recipient has no label: Accept, Refuse, or Defer where it would be accepted and differs from the first.
/// Where the stage is too low to refuse, the cause stands in a verdict that accepts.
Verdict judge_recipient(const RecipientFacts& facts, const DomainPolicy& domain);

/// What is known of an inbound message at the end of its data.
struct MessageFacts {
  response::Kind kind = response::Kind::None;
  origin::Origin origin = {};
  bool is_exempt = false;
  std::chrono::sys_days today{};
};

/// A refutation is refused at the stage reject whoever it is for; what is only unproven waits for the end of
/// the grace, and never is refused where the domain has no key or the mailbox is exempt.
Verdict judge_message(const MessageFacts& facts, const DomainPolicy& domain);

/// What is known of an outbound client at MAIL.
struct SenderFacts {
  bool is_trusted_network = false;
  bool is_authenticated = false;
};

Verdict judge_sender(const SenderFacts& facts);

/// The value of the Backstop-Verdict field: "unproven; kind=dsn-failed; cause=unproven; tag=silent". First
/// the origin's result, "ordinary" for what is no response; last each evidence. ASCII, unfolded.
std::string verdict_field(const Verdict& verdict, const MessageFacts& facts);

/// The spellings of the configuration, the JSON and the documentation, index by enumerator.
inline constexpr std::array<std::string_view, 3> kStageNames = {"observe", "label", "reject"};
inline constexpr std::array<std::string_view, 4> kActionNames = {"accept", "label", "refuse", "defer"};
inline constexpr std::array<std::string_view, 14> kCauseNames = {
    "ordinary",        "genuine",      "unproven",       "unproven-in-grace", "no-keys",
    "exempt",          "forged",       "bad-tag",        "expired-tag",       "never-sends",
    "many-recipients", "relay-denied", "not-authorized", "different-policy"};
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
