// Facts -> Verdict: what is done with a sender, a recipient or a message, and why, in words. This is the only
// place that decides: every front door gathers facts, asks here, and carries the verdict out. Pure.
// Thread-safe. docs/policy.md has the rules as tables.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "origin/origin.h"
#include "policy/causes.h"
#include "response/response.h"

namespace backstop::policy {

struct Verdict {
  Action action = Action::Accept;
  Cause cause = Cause::Ordinary;
  /// One plain sentence with what was found: printable ASCII, no full stop, at most 300 bytes.
  std::string explanation = {};
  /// What the next stage would have done; nullopt at the last stage, or if the stage doesn't matter.
  std::optional<Action> next_stage = {};
};

/// The most that may be done.
struct Most {
  Action ceiling = Action::Defer;
  bool has_quarantine = true;  ///< without one, what would be kept back is labelled
};

/// Returns the verdict on a cause, without an explanation. At no stage is more done than `most`.
Verdict verdict_at(Stage stage, Cause cause, Most most = {});

/// The most that is done with a response of each kind, indexed by response::Kind. Never Defer.
using Ceilings = std::array<Action, response::kKindNames.size()>;

/// Returns the ceilings of a domain that sets none. docs/policy.md says why each kind has its ceiling.
constexpr Ceilings default_ceilings() {
  using response::Kind;
  Ceilings ceilings{};
  ceilings.fill(Action::Label);
  for (const Kind dsn : {Kind::DsnFailed, Kind::DsnDelayed, Kind::DsnDelivered}) {
    ceilings[static_cast<std::size_t>(dsn)] = Action::Refuse;
  }
  for (const Kind kept : {Kind::Challenge, Kind::FilterNotice}) {
    ceilings[static_cast<std::size_t>(kept)] = Action::Quarantine;
  }
  ceilings[static_cast<std::size_t>(Kind::None)] = Action::Accept;
  ceilings[static_cast<std::size_t>(Kind::FeedbackReport)] = Action::Accept;
  return ceilings;
}

/// Whether mail of a domain has been seen to carry proofs (policy/readiness.h).
struct Ready {
  bool messages = false;  ///< watermarks or DKIM signatures, which come back with the mail
  bool tags = false;
  friend bool operator==(const Ready&, const Ready&) = default;
};

/// What policy must know of a domain of ours.
struct DomainPolicy {
  Stage stage = Stage::Observe;
  Ceilings ceilings = default_ceilings();
  Ready ready = {};
  bool has_quarantine = false;
  std::string name = {};  ///< for the explanation: "example.org", or empty
};

/// What a check of the sender found that is set to refuse.
enum class SenderTrouble : std::uint8_t { None, SpfFail, NullMx, NoDomain, NoDomainYet, Listed, Unanswered };

/// What is known of an inbound recipient at RCPT.
struct RecipientFacts {
  bool is_ours = false;  ///< its domain is configured
  /// A server may read its local part as a route to another server: "user%host", "host!user", "user@host" in
  /// quotes.
  bool is_routed = false;
  SenderTrouble sender = SenderTrouble::None;
  std::string sender_detail = {};  ///< a clause
  bool is_exempt = false;          ///< its mailbox takes mail of such a sender, too
  bool is_unknown = false;         ///< the domain's directory knows no such mailbox
  bool is_unanswered = false;      ///< the domain's directory does not answer
  /// The null sender names it with a bad tag, and its client has brought too many of those.
  bool is_guessed = false;
  /// Its next hop or policy is not that of the transaction's first recipient, or the next hop answers each
  /// recipient by itself (LMTP, Maildir).
  bool differs_from_first = false;
};

/// Decides on a recipient at RCPT: Accept, Refuse or Defer. What a check of the sender found is the same at
/// every stage. Never asks for a tag, which is judged with the
/// message, so that callouts of other servers keep working. A recipient that would be accepted but differs
/// from the first is deferred. If the stage is too low to act on a cause, the verdict is Accept with that
/// cause.
Verdict judge_recipient(const RecipientFacts& facts, const DomainPolicy& domain);

/// What DMARC says of a message, if it is set to refuse.
struct AuthorFacts {
  bool is_rejected = false;    ///< it fails, and the domain in From wants that refused
  bool is_unanswered = false;  ///< DNS failed
  std::string domain = {};     ///< in From
  bool is_exempt = false;      ///< all recipients are exempt
  bool is_genuine = false;     ///< a response with a proof
};

/// Decides on a message by its author, the same at every stage: Accept, Refuse or Defer.
Verdict judge_author(const AuthorFacts& facts);

/// What is known of an inbound message at the end of its data, for one of its recipients.
struct MessageFacts {
  response::Kind kind = response::Kind::None;
  response::Certainty certainty = response::Certainty::Guessed;
  std::string shown = {};  ///< what shows that it is a response: one plain sentence, or empty
  origin::Origin origin = {};
  bool is_exempt = false;      ///< all recipients are exempt
  bool is_from_relay = false;  ///< a host of ours brings it
  bool is_tightened = false;   ///< the owner is flooded, and the configuration wants that to count
};

/// Returns the most that is done with a response. A flood of automatic replies is kept back, as challenges
/// always are.
Action ceiling_of(const MessageFacts& facts, const DomainPolicy& domain);

/// Decides on a message for one recipient. Refuses only a response that has no proof, is certainly a bounce
/// (or of a kind whose ceiling was raised), could be looked at in full, and comes to a domain that is ready.
Verdict judge_message(const MessageFacts& facts, const DomainPolicy& domain);

/// Returns the index of the verdict that is carried out for all recipients of a message: the strictest now,
/// then at the next stage, then at the last. Among equals it is the first that is not genuine. `verdicts`
/// must have at least one.
std::size_t least_favourable(std::span<const Verdict> verdicts);

/// What is known of an outbound client at MAIL.
struct SenderFacts {
  bool is_trusted_network = false;
  bool is_authenticated = false;
};

/// Decides whether a client may send, the same at every stage: Accept or Refuse.
Verdict judge_sender(const SenderFacts& facts);

/// Returns the value of the Backstop-Verdict field: "unproven; kind=dsn-failed; certainty=structural;
/// cause=bare; tag=silent". The origin's result comes first ("ordinary" if it is no response), each piece of
/// evidence last. ASCII, unfolded.
std::string verdict_field(const Verdict& verdict, const MessageFacts& facts);

}  // namespace backstop::policy
