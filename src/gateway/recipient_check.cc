#include "gateway/recipient_check.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "origin/tag.h"
#include "origin/tag_evidence.h"

namespace backstop::gateway {

namespace {

bool holds(const std::vector<std::string>& local_parts, std::string_view local) {
  return std::ranges::any_of(local_parts, [&](const auto& one) { return base::iequals(one, local); });
}

/// Ours in form. Without any key there is nothing that we could have written, and the address is another's
/// business.
bool is_taken_off(const origin::TagCheck& check, const Settings& settings) {
  return check.tag && is_verifiable(check.tag->shape) && !settings.keys.keys().empty();
}

std::vector<origin::Evidence> evidence_of(const Transaction& transaction, const mail::Address& recipient,
                                          bool never_sends) {
  const auto& settings = *transaction.settings;
  std::vector<origin::Evidence> evidence;
  if (!settings.keys.keys().empty()) {
    const auto expired =
        transaction.mail.reverse_path.is_null() ? origin::ExpiredTag::Refutes : origin::ExpiredTag::IsSilent;
    evidence.push_back(
        origin::tag_evidence(recipient, settings.keys, transaction.today, settings.tags, expired));
  }
  if (never_sends) {
    evidence.push_back({"never-sends", origin::Finding::Refutes, "This mailbox sends no mail."});
  }
  return evidence;
}

/// "user%host" and "host!user" of old, and "user@host" in quotes: a server that sees no stranger in us would
/// send it on to that host. Postfix does.
bool is_routed(std::string_view local) {
  return local.find_first_of("%!@") != std::string_view::npos;
}

policy::DomainPolicy policy_of(const Route& route, std::string_view domain, const Settings& settings) {
  policy::DomainPolicy policy{.stage = route.stage, .grace = route.grace, .name = std::string(domain)};
  for (const auto& key : settings.keys.keys()) {
    if (!policy.first_key || key.created < *policy.first_key) policy.first_key = key.created;
  }
  return policy;
}

// LMTP and Maildir have an answer for each recipient at the end of data, where ours is a single one.
bool differs_from_first(const Transaction& transaction, const Route& route) {
  if (!transaction.route) return false;
  const Route& first = *transaction.route;
  return first.stage != route.stage || first.grace != route.grace || first.is_tagged != route.is_tagged ||
         *first.next_hop != *route.next_hop || route.next_hop->protocol != NextHopProtocol::Smtp;
}

/// How much the evidence speaks for a mail.
int favour(const std::vector<origin::Evidence>& evidence) {
  switch (origin::judge(evidence).result) {
    case origin::Result::Genuine:
      return 2;
    case origin::Result::Unproven:
      return 1;
    case origin::Result::Forged:
      break;
  }
  return 0;
}

}  // namespace

policy::DomainPolicy domain_policy(const Transaction& transaction) {
  return policy_of(*transaction.route, transaction.domain, *transaction.settings);
}

void add_findings(const RecipientCheck& check, Transaction& transaction) {
  const bool is_first = transaction.recipients.empty();
  if (is_first || favour(check.evidence) > favour(transaction.evidence))
    transaction.evidence = check.evidence;
  transaction.is_exempt |= check.is_exempt;
  if (is_first) transaction.domain = check.forwarded.domain;
}

RecipientCheck check_inbound(const Transaction& transaction, const mail::Address& recipient,
                             std::size_t earlier_recipients) {
  const Settings& settings = *transaction.settings;
  const auto tag = origin::verify(recipient, settings.keys, transaction.today, settings.tags);
  RecipientCheck check;
  check.forwarded = is_taken_off(tag, settings) ? tag.tag->plain : recipient;
  const mail::Address& plain = check.forwarded;
  // A bare "postmaster" has no domain (RFC 5321 4.5.1): it is that of the first one.
  const DomainSettings* const domain = plain.domain.empty() && !settings.domains.empty()
                                           ? &settings.domains[0]
                                           : settings.find_domain(plain.domain);
  policy::RecipientFacts facts{.is_ours = domain != nullptr,
                               .is_routed = is_routed(plain.local),
                               .is_null_sender = transaction.mail.reverse_path.is_null(),
                               .tag = tag.outcome,
                               .earlier_recipients = earlier_recipients,
                               .most_null_recipients = settings.limits.null_sender_recipients};
  if (domain == nullptr || facts.is_routed) {
    check.verdict = policy::judge_recipient(facts, {});
    return check;
  }
  facts.never_sends = holds(domain->never_sends, plain.local);
  facts.is_exempt = holds(domain->exempt, plain.local);
  check.evidence = evidence_of(transaction, recipient, facts.never_sends);
  check.is_exempt = facts.is_exempt;
  check.route = {.next_hop = domain->next_hop ? &*domain->next_hop : &transaction.gateway->next_hop,
                 .stage = domain->stage,
                 .grace = domain->grace};
  facts.differs_from_first = differs_from_first(transaction, check.route);
  if (tag.outcome == origin::TagOutcome::BadMac || tag.outcome == origin::TagOutcome::Expired) {
    facts.tag_detail = origin::explain(tag, recipient);
  }
  check.verdict = policy::judge_recipient(facts, policy_of(check.route, domain->name, settings));
  return check;
}

namespace {

/// "user@example.org", or "example.org" for all of a domain.
bool is_untagged(const std::vector<std::string>& destinations, const mail::Address& recipient) {
  const std::string address = recipient.text();
  return std::ranges::any_of(destinations, [&](const std::string& one) {
    return base::iequals(one,
                         one.contains('@') ? std::string_view(address) : std::string_view(recipient.domain));
  });
}

/// True where the reverse path is one of ours and a key can sign it.
bool can_be_tagged(const Transaction& transaction) {
  const auto& settings = *transaction.settings;
  const auto& path = transaction.mail.reverse_path;
  return !path.is_null() && settings.keys.signing_key() != nullptr &&
         settings.find_domain(path.address->domain) != nullptr &&
         !origin::why_not_signed(path, settings.tags);
}

}  // namespace

RecipientCheck check_outbound(const Transaction& transaction, const mail::Address& recipient) {
  RecipientCheck check;
  check.forwarded = recipient;
  check.route.next_hop = &transaction.gateway->next_hop;
  check.route.is_tagged =
      can_be_tagged(transaction) && !is_untagged(transaction.gateway->untagged, recipient);
  check.verdict = policy::judge_recipient(
      {.is_ours = true, .differs_from_first = differs_from_first(transaction, check.route)}, {});
  return check;
}

mail::Path outgoing_path(const Transaction& transaction, const Route& route) {
  const auto& path = transaction.mail.reverse_path;
  if (!route.is_tagged) return path;
  const auto& settings = *transaction.settings;
  auto tagged = origin::sign(path, settings.keys, transaction.today, settings.tags);
  return tagged ? mail::Path{std::move(*tagged)} : path;
}

}  // namespace backstop::gateway
