#include "intake/recipient_check.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "intake/claim_facts.h"
#include "intake/ready_table.h"
#include "origin/owner.h"
#include "origin/tag.h"
#include "origin/tag_evidence.h"
#include "origin/tag_shape.h"

namespace backstop::intake {

namespace {

bool holds(const std::vector<std::string>& local_parts, std::string_view local) {
  return std::ranges::any_of(local_parts, [&](const auto& one) { return base::iequals(one, local); });
}

/// True for a tag of our form. Without any key we can't have written it, so then the address is left as it
/// is.
bool is_taken_off(const origin::TagCheck& check, const Site& site) {
  return check.tag && is_verifiable(check.tag->shape) && !site.keys.keys().empty();
}

/// True for the old forms "user%host" and "host!user", and for "user@host" in quotes. A server that trusts us
/// would send such mail on to that host; Postfix does.
bool is_routed(std::string_view local) {
  return local.find_first_of("%!@") != std::string_view::npos;
}

/// True for the postmaster (RFC 5321 4.5.1), and for an address that a forwarder of ours made by SRS: only
/// the next hop can read it, and the bounce that comes to it may be genuine.
bool is_always_taken(const mail::Address& plain, std::string_view mailbox) {
  return mailbox == "postmaster" || origin::is_srs(plain.local);
}

}  // namespace

void RecipientCheck::take(directory::Answer answer) {
  facts.is_unknown = answer.existence == directory::Existence::Unknown;
  facts.is_unanswered = answer.existence == directory::Existence::Failed;
  why_unanswered = std::move(answer.why);
}

const DomainSettings* domain_of(const Site& site, const mail::Address& plain) {
  return plain.domain.empty() && !site.domains.empty() ? &site.domains[0] : site.find_domain(plain.domain);
}

bool is_exempt(const DomainSettings& domain, const mail::Address& plain, char delimiter) {
  return holds(domain.exempt, plain.local) || holds(domain.exempt, origin::owner_of(plain, delimiter).local);
}

policy::Ready ready_at_stage(const DomainSettings& domain, std::string_view name,
                             const Transaction& transaction) {
  if (domain.stage < policy::Stage::Quarantine) return {};
  return ready(ready_since(domain, name, *transaction.site, transaction.ready), transaction.today);
}

policy::DomainPolicy policy_of(const DomainSettings& domain, std::string_view name, policy::Ready ready) {
  return {.stage = domain.stage, .ceilings = domain.ceilings, .ready = ready, .name = std::string(name)};
}

policy::DomainPolicy policy_of(const DomainSettings& domain, std::string_view name,
                               const Transaction& transaction) {
  auto policy =
      policy_of(domain, name,
                ready(ready_since(domain, name, *transaction.site, transaction.ready), transaction.today));
  policy.has_quarantine = transaction.site->has_quarantine;
  return policy;
}

RecipientCheck check_recipient(const Transaction& transaction, const mail::Address& recipient,
                               bool is_guesser) {
  const Site& site = *transaction.site;
  auto tag = origin::verify(recipient, site.keys, transaction.today, site.tags);
  RecipientCheck check;
  check.plain = is_taken_off(tag, site) ? tag.tag->plain : recipient;
  const mail::Address& plain = check.plain;
  check.domain = domain_of(site, plain);
  check.facts = {.is_ours = check.domain != nullptr, .is_routed = is_routed(plain.local)};
  if (check.domain == nullptr || check.facts.is_routed) return check;
  const DomainSettings& domain = *check.domain;
  mail::Address owner = origin::owner_of(plain, site.tags.delimiter);
  const std::string mailbox = owner.local;
  check.is_exempt = is_exempt(domain, plain, site.tags.delimiter);
  check.facts.is_exempt = check.is_exempt;
  check.facts.is_guessed = is_guesser && !is_from_relay(transaction, domain) &&
                           origin::is_guess(tag, transaction.mail.reverse_path.is_null());
  check.claim = origin::Recipient{
      .address = recipient,
      .tag = std::move(tag),
      .never_sends = holds(domain.never_sends, plain.local) || holds(domain.never_sends, mailbox)};
  if (domain.recipient_directory != nullptr && !is_always_taken(plain, mailbox)) {
    check.question = directory::Question{.recipient = plain, .mailbox = std::move(owner)};
  }
  return check;
}

}  // namespace backstop::intake
