#include "policy/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "policy/explanation.h"

namespace backstop::policy {
namespace {

// What is wrong with the address counts before what its client did. A next hop that trusts this host, as most
// do, would send the mail along the route that such an address names.
Cause cause_of(const RecipientFacts& facts) {
  if (!facts.is_ours || facts.is_routed) return Cause::RelayDenied;
  return facts.is_guessed ? Cause::BadTag : Cause::Ordinary;
}

Action ceiling_of(const MessageFacts& facts, const DomainPolicy& domain) {
  return domain.ceilings[static_cast<std::size_t>(facts.kind)];
}

bool is_in_grace(const DomainPolicy& domain, std::chrono::sys_days today) {
  return today < *domain.first_key + domain.grace;
}

// Returns why a response without a proof is not refused, or its own cause if it may be.
Cause cause_of_unproven(const MessageFacts& facts, const DomainPolicy& domain, Cause own) {
  if (facts.is_exempt && own != Cause::NeverSends) return Cause::Exempt;
  if (facts.is_from_relay) return Cause::Relay;
  if (!domain.first_key) return Cause::NoKeys;
  if (is_in_grace(domain, facts.today)) return Cause::InGrace;
  if (ceiling_of(facts, domain) < Action::Refuse) return Cause::Ceiling;
  if (is_dsn(facts.kind) && facts.certainty == response::Certainty::Guessed) return Cause::Uncertain;
  return own;
}

Cause cause_of(const MessageFacts& facts, const DomainPolicy& domain) {
  if (facts.kind == response::Kind::None) return Cause::Ordinary;
  switch (facts.origin.cause) {
    case origin::Cause::Tag:
      return Cause::Tag;
    case origin::Cause::Incomplete:
      return Cause::Incomplete;
    case origin::Cause::Stale:
      return Cause::Stale;
    case origin::Cause::Hinted:
      return Cause::Hinted;
    case origin::Cause::Untaggable:
      return Cause::Untaggable;
    case origin::Cause::NeverSends:
      return cause_of_unproven(facts, domain, Cause::NeverSends);
    case origin::Cause::Padded:
      return cause_of_unproven(facts, domain, Cause::Padded);
    case origin::Cause::Bare:
      break;
  }
  return cause_of_unproven(facts, domain, Cause::Bare);
}

bool depends_on_stage(const Ladder& ladder) {
  return std::ranges::any_of(ladder, [&](Action action) { return action != ladder.front(); });
}

}  // namespace

Verdict verdict_at(Stage stage, Cause cause, Action ceiling) {
  Ladder ladder = row_of(cause).ladder;
  for (Action& action : ladder) action = std::min(action, ceiling);
  const auto step = static_cast<std::size_t>(stage);
  Verdict verdict{.action = ladder[step], .cause = cause, .explanation = {}, .next_stage = {}};
  if (step + 1 < ladder.size() && depends_on_stage(ladder)) verdict.next_stage = ladder[step + 1];
  return verdict;
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
  Verdict verdict = verdict_at(domain.stage, cause_of(facts, domain), ceiling_of(facts, domain));
  verdict.explanation = explain(verdict.cause, facts, domain);
  return verdict;
}

std::size_t least_favourable(std::span<const Verdict> verdicts) {
  // The last stage counts too, so that the history of a domain that only observes names what would be refused
  // later.
  const auto rank = [](const Verdict& verdict) {
    const Action at_last = row_of(verdict.cause).ladder.back();
    return std::tuple(verdict.action, verdict.next_stage, at_last, verdict.cause != Cause::Tag);
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
