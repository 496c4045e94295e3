#include "policy/verdict.h"

#include <fmt/format.h>

#include <iterator>

#include "policy/explanation.h"
#include "policy/rules.h"

namespace backstop::policy {
namespace {

// The rules of a recipient: each names its cause or passes on.

// Servers that trust this host, as most next hops do, go the way that a routed address names.
std::optional<Cause> relay_rule(const RecipientFacts& facts) {
  if (facts.is_ours && !facts.is_routed) return std::nullopt;
  return Cause::RelayDenied;
}

// A tag that is there and wrong speaks for itself; one that is missing says nothing before the mail is read.
std::optional<Cause> tag_rule(const RecipientFacts& facts) {
  switch (facts.tag) {
    case origin::TagOutcome::BadMac:
      return Cause::BadTag;
    case origin::TagOutcome::Expired:
      // People and programs that answer under their own name may do so weeks later.
      if (facts.is_null_sender) return Cause::ExpiredTag;
      return std::nullopt;
    case origin::TagOutcome::NoTag:
    case origin::TagOutcome::Good:
    case origin::TagOutcome::UnknownKey:
    case origin::TagOutcome::Foreign:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Cause> never_sends_rule(const RecipientFacts& facts) {
  if (facts.is_null_sender && facts.never_sends) return Cause::NeverSends;
  return std::nullopt;
}

// RFC 2505 2.6.1: the null sender must not be refused, so its first recipient never is for this.
std::optional<Cause> many_recipients_rule(const RecipientFacts& facts) {
  if (facts.is_null_sender && facts.earlier_recipients > 0 &&
      facts.earlier_recipients >= facts.most_null_recipients) {
    return Cause::ManyRecipients;
  }
  return std::nullopt;
}

// The first that names a cause decides: what is found in the address itself stands before what is found in
// the transaction.
constexpr std::optional<Cause> (*kRecipientRules[])(const RecipientFacts&) = {
    relay_rule, tag_rule, never_sends_rule, many_recipients_rule};

Cause cause_of(const RecipientFacts& facts) {
  for (const auto rule : kRecipientRules) {
    if (const auto cause = rule(facts)) return *cause;
  }
  return Cause::Ordinary;
}

bool is_in_grace(const DomainPolicy& domain, std::chrono::sys_days today) {
  return domain.first_key && today < *domain.first_key + domain.grace;
}

Cause cause_of_unproven(const MessageFacts& facts, const DomainPolicy& domain) {
  if (facts.is_exempt) return Cause::Exempt;
  if (!domain.first_key) return Cause::NoKeys;
  if (is_in_grace(domain, facts.today)) return Cause::UnprovenInGrace;
  return Cause::Unproven;
}

Cause cause_of(const MessageFacts& facts, const DomainPolicy& domain) {
  if (facts.kind == response::Kind::None) return Cause::Ordinary;
  switch (facts.origin.result) {
    case origin::Result::Genuine:
      return Cause::Genuine;
    case origin::Result::Forged:
      return Cause::Forged;
    case origin::Result::Unproven:
      break;
  }
  return cause_of_unproven(facts, domain);
}

}  // namespace

Verdict judge_recipient(const RecipientFacts& facts, const DomainPolicy& domain) {
  Verdict verdict = verdict_at(domain.stage, cause_of(facts));
  if (verdict.action == Action::Accept && facts.differs_from_first) {
    verdict = verdict_at(domain.stage, Cause::DifferentPolicy);
  }
  verdict.explanation = explain(verdict.cause, facts, domain);
  return verdict;
}

Verdict judge_message(const MessageFacts& facts, const DomainPolicy& domain) {
  Verdict verdict = verdict_at(domain.stage, cause_of(facts, domain));
  verdict.explanation = explain(verdict.cause, facts, domain);
  return verdict;
}

Verdict judge_sender(const SenderFacts& facts) {
  const bool may_send = facts.is_trusted_network || facts.is_authenticated;
  // The stages are of domains, and of inbound mail: no stage changes this.
  Verdict verdict = verdict_at(Stage::Reject, may_send ? Cause::Ordinary : Cause::NotAuthorized);
  verdict.explanation = explain(verdict.cause);
  return verdict;
}

std::string verdict_field(const Verdict& verdict, const MessageFacts& facts) {
  const bool is_response = facts.kind != response::Kind::None;
  std::string field =
      fmt::format("{}; kind={}; cause={}", is_response ? name(facts.origin.result) : "ordinary",
                  name(facts.kind), name(verdict.cause));
  for (const auto& evidence : facts.origin.evidence) {
    fmt::format_to(std::back_inserter(field), "; {}={}", evidence.name, name(evidence.finding));
  }
  return field;
}

}  // namespace backstop::policy
