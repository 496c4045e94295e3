#include "policy/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "policy/explanation.h"

namespace backstop::policy {
namespace {

Cause cause_of(SenderTrouble trouble) {
  switch (trouble) {
    case SenderTrouble::None:
      break;
    case SenderTrouble::SpfFail:
      return Cause::SpfFail;
    case SenderTrouble::NullMx:
      return Cause::NullMx;
    case SenderTrouble::NoDomain:
      return Cause::NoDomain;
    case SenderTrouble::NoDomainYet:
      return Cause::NoDomainYet;
    case SenderTrouble::Listed:
      return Cause::Listed;
    case SenderTrouble::Unanswered:
      return Cause::SenderUnanswered;
  }
  return Cause::Ordinary;
}

// What is wrong with the address counts before what its client did. A next hop that trusts this host, as most
// do, would send the mail along the route that such an address names.
Cause cause_of(const RecipientFacts& facts) {
  if (!facts.is_ours || facts.is_routed) return Cause::RelayDenied;
  if (facts.sender != SenderTrouble::None && !facts.is_exempt) return cause_of(facts.sender);
  if (facts.is_unknown) return Cause::UnknownRecipient;
  if (facts.is_unanswered) return Cause::DirectoryFailed;
  return facts.is_guessed ? Cause::Guessing : Cause::Ordinary;
}

Action action_at_last(Cause cause) {
  return row_of(cause).ladder.back();
}

Cause cause_of(origin::Cause found) {
  switch (found) {
    case origin::Cause::Local:
      return Cause::Local;
    case origin::Cause::Watermark:
      return Cause::Watermark;
    case origin::Cause::Dkim:
      return Cause::Dkim;
    case origin::Cause::Ledger:
      return Cause::Ledger;
    case origin::Cause::Tag:
      return Cause::Tag;
    case origin::Cause::Pair:
      return Cause::Pair;
    case origin::Cause::TagOnly:
      return Cause::TagOnly;
    case origin::Cause::Worn:
      return Cause::Worn;
    case origin::Cause::NeverSends:
      return Cause::NeverSends;
    case origin::Cause::BadTag:
      return Cause::BadTag;
    case origin::Cause::Padded:
      return Cause::Padded;
    case origin::Cause::Incomplete:
      return Cause::Incomplete;
    case origin::Cause::Stale:
      return Cause::Stale;
    case origin::Cause::Hinted:
      return Cause::Hinted;
    case origin::Cause::Missing:
      return Cause::Missing;
    case origin::Cause::Untaggable:
      return Cause::Untaggable;
    case origin::Cause::Bare:
      break;
  }
  return Cause::Bare;
}

// A ceiling of Quarantine makes a bounce's own row milder. Other kinds have no row of their own.
bool is_above_ceiling(const MessageFacts& facts, const DomainPolicy& domain, Cause own) {
  const Action ceiling = ceiling_of(facts, domain);
  if (is_dsn(facts.kind) && ceiling == Action::Quarantine) return false;
  return ceiling < action_at_last(own);
}

Cause cause_of(const MessageFacts& facts, const DomainPolicy& domain) {
  if (facts.kind == response::Kind::None) return Cause::Ordinary;
  const Cause own = cause_of(facts.origin.cause);
  if (is_genuine(own)) return own;
  if (facts.is_exempt && facts.origin.result != origin::Result::Forged) return Cause::Exempt;
  if (own == Cause::Incomplete) return own;
  if (is_dsn(facts.kind) && facts.certainty == response::Certainty::Guessed) return Cause::Uncertain;
  if (!domain.ready.messages && !domain.ready.tags) return Cause::NotReady;
  if (is_above_ceiling(facts, domain, own)) return Cause::Ceiling;
  // A raised ceiling never makes a verdict milder.
  if (own == Cause::Bare && !domain.ready.tags) return is_dsn(facts.kind) ? Cause::NoTags : Cause::Ceiling;
  if (facts.is_from_relay && action_at_last(own) == Action::Refuse) return Cause::Relay;
  return own;
}

// Returns what is done, as far as it may be.
Action limited(Action action, const Most& most) {
  action = std::min(action, most.ceiling);
  return action == Action::Quarantine && !most.has_quarantine ? Action::Label : action;
}

bool depends_on_stage(const Ladder& ladder) {
  return std::ranges::any_of(ladder, [&](Action action) { return action != ladder.front(); });
}

}  // namespace

Verdict verdict_at(Stage stage, Cause cause, Most most) {
  Ladder ladder = row_of(cause).ladder;
  for (Action& action : ladder) action = limited(action, most);
  const auto step = static_cast<std::size_t>(stage);
  Verdict verdict{.action = ladder[step], .cause = cause, .explanation = {}, .next_stage = {}};
  if (step + 1 < ladder.size() && depends_on_stage(ladder)) verdict.next_stage = ladder[step + 1];
  return verdict;
}

Action ceiling_of(const MessageFacts& facts, const DomainPolicy& domain) {
  const Action ceiling = domain.ceilings[static_cast<std::size_t>(facts.kind)];
  const bool is_raised =
      facts.is_tightened && facts.kind == response::Kind::AutoReply && ceiling == Action::Label;
  return is_raised ? Action::Quarantine : ceiling;
}

Verdict judge_recipient(const RecipientFacts& facts, const DomainPolicy& domain) {
  Verdict verdict = verdict_at(domain.stage, cause_of(facts));
  if (verdict.action == Action::Accept && facts.differs_from_first) {
    verdict = verdict_at(domain.stage, Cause::DifferentPolicy);
  }
  verdict.explanation = explain(verdict.cause, facts);
  return verdict;
}

Verdict judge_message(const MessageFacts& facts, const DomainPolicy& domain) {
  Verdict verdict =
      verdict_at(domain.stage, cause_of(facts, domain),
                 {.ceiling = ceiling_of(facts, domain), .has_quarantine = domain.has_quarantine});
  verdict.explanation = explain(verdict.cause, facts, domain);
  return verdict;
}

std::size_t least_favourable(std::span<const Verdict> verdicts) {
  // The last stage counts too, so that the history of a domain that only observes names what would be refused
  // later.
  const auto rank = [](const Verdict& verdict) {
    return std::tuple(verdict.action, verdict.next_stage, action_at_last(verdict.cause),
                      !is_genuine(verdict.cause));
  };
  return static_cast<std::size_t>(std::ranges::max_element(verdicts, {}, rank) - verdicts.begin());
}

Verdict judge_sender(const SenderFacts& facts) {
  const bool may_send = facts.is_trusted_network || facts.is_authenticated;
  // Stages belong to domains and to inbound mail, so none of them changes this.
  Verdict verdict = verdict_at(Stage::Reject, may_send ? Cause::Ordinary : Cause::NotAuthorized);
  verdict.explanation = explain(verdict.cause);
  return verdict;
}

Verdict judge_author(const AuthorFacts& facts) {
  Cause cause = Cause::Ordinary;
  if (facts.is_rejected) cause = Cause::DmarcFail;
  if (facts.is_unanswered) cause = Cause::DmarcUnanswered;
  if (facts.is_exempt || facts.is_genuine) cause = Cause::Ordinary;
  Verdict verdict = verdict_at(Stage::Reject, cause);
  verdict.explanation = explain(cause, facts);
  return verdict;
}

std::string verdict_field(const Verdict& verdict, const MessageFacts& facts) {
  const bool is_response = facts.kind != response::Kind::None;
  std::string field =
      fmt::format("{}; kind={}", is_response ? name(facts.origin.result) : "ordinary", name(facts.kind));
  if (is_response) fmt::format_to(std::back_inserter(field), "; certainty={}", name(facts.certainty));
  fmt::format_to(std::back_inserter(field), "; cause={}", name(verdict.cause));
  for (const auto& evidence : facts.origin.evidence) {
    fmt::format_to(std::back_inserter(field), "; {}={}", name(evidence.kind), name(evidence.finding));
  }
  return field;
}

}  // namespace backstop::policy
