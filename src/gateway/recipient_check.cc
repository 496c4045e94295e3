#include "gateway/recipient_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_syntax.h"
#include "origin/tag.h"
#include "origin/tag_evidence.h"
#include "response/explain.h"

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

/// "user%host" and "host!user" of old, and "user@host" in quotes: a server that sees no stranger in us would
/// send it on to that host. Postfix does.
bool is_routed(std::string_view local) {
  return local.find_first_of("%!@") != std::string_view::npos;
}

policy::DomainPolicy policy_of(const Route& route, std::string_view domain, const Settings& settings) {
  policy::DomainPolicy policy{
      .stage = route.stage, .grace = route.grace, .ceilings = route.ceilings, .name = std::string(domain)};
  if (settings.keys.signing_key() != nullptr) policy.first_key = settings.keys.first_created();
  return policy;
}

// LMTP and Maildir have an answer for each recipient at the end of data, where ours is a single one.
bool differs_from_first(const Transaction& transaction, const Route& route) {
  if (!transaction.route) return false;
  const Route& first = *transaction.route;
  return first.stage != route.stage || first.grace != route.grace || first.ceilings != route.ceilings ||
         first.is_tagged != route.is_tagged || *first.next_hop != *route.next_hop ||
         route.next_hop->protocol != NextHopProtocol::Smtp;
}

/// "user@example.org", or "example.org" for all of a domain; `destinations` are folded as the recipient is
/// here.
const std::string* find_untagged(const std::vector<std::string>& destinations,
                                 const mail::Address& recipient) {
  if (destinations.empty()) return nullptr;
  const std::string address = recipient.folded();
  const std::string domain = base::domain_key(recipient.domain);
  const auto found = std::ranges::find_if(
      destinations, [&](const std::string& one) { return one == (one.contains('@') ? address : domain); });
  return found == destinations.end() ? nullptr : &*found;
}

}  // namespace

bool is_bad_guess(const Transaction& transaction, const origin::TagCheck& tag) {
  return origin::is_guess(tag, transaction.mail.reverse_path.is_null());
}

RecipientCheck check_inbound(const Transaction& transaction, const mail::Address& recipient,
                             bool is_guesser) {
  const Settings& settings = *transaction.settings;
  auto tag = origin::verify(recipient, settings.keys, transaction.today, settings.tags);
  RecipientCheck check;
  check.forwarded = is_taken_off(tag, settings) ? tag.tag->plain : recipient;
  const mail::Address& plain = check.forwarded;
  // A bare "postmaster" has no domain (RFC 5321 4.5.1): it is that of the first one.
  const DomainSettings* const domain = plain.domain.empty() && !settings.domains.empty()
                                           ? &settings.domains[0]
                                           : settings.find_domain(plain.domain);
  policy::RecipientFacts facts{.is_ours = domain != nullptr, .is_routed = is_routed(plain.local)};
  if (domain == nullptr || facts.is_routed) {
    check.verdict = policy::judge_recipient(facts, {});
    return check;
  }
  const std::string mailbox = origin::mailbox_of(plain, settings.tags.delimiter).local;
  check.is_exempt = holds(domain->exempt, plain.local) || holds(domain->exempt, mailbox);
  check.route = {.next_hop = domain->next_hop ? &*domain->next_hop : &transaction.gateway->next_hop,
                 .stage = domain->stage,
                 .grace = domain->grace,
                 .ceilings = domain->ceilings};
  facts.is_guessed = is_guesser && is_bad_guess(transaction, tag);
  facts.differs_from_first = differs_from_first(transaction, check.route);
  check.claim = origin::Recipient{
      .address = recipient,
      .tag = std::move(tag),
      .never_sends = holds(domain->never_sends, plain.local) || holds(domain->never_sends, mailbox)};
  check.verdict = policy::judge_recipient(facts, policy_of(check.route, domain->name, settings));
  return check;
}

namespace {

/// Why the reverse path of this mail gets no tag, as one clause; empty if it gets one.
std::string why_not_tagged(const Transaction& transaction, const mail::Address& recipient) {
  const auto& settings = *transaction.settings;
  const auto& path = transaction.mail.reverse_path;
  if (const auto why = origin::why_not_signed(path, settings.tags)) return std::string(explain(*why));
  if (settings.find_domain(path.address->domain) == nullptr) {
    return base::printable(path.address->domain, mail::kAddressMost) + " is no domain of ours";
  }
  if (settings.keys.signing_key() == nullptr) {
    return std::string(explain(origin::NotSigned::NoSigningKey));
  }
  if (const auto* const one = find_untagged(transaction.gateway->untagged, recipient)) {
    return "mail to " + base::printable(*one, mail::kAddressMost) + " is in \"untagged\"";
  }
  return {};
}

/// Why the mail that this response answers left without a tag, as a sentence: it went where none is sent.
/// Empty if it did not.
std::string why_untagged(const Settings& settings, const response::Response& response) {
  constexpr std::size_t kMostLooks = 10;
  for (const auto& gateway : settings.gateways) {
    if (gateway.direction != Direction::Outbound || gateway.untagged.empty()) continue;
    for (std::size_t i = 0; i < std::min(kMostLooks, response.recipients.size()); ++i) {
      const auto& recipient = response.recipients[i];
      for (const auto* const text : {&recipient.address, &recipient.original_address}) {
        const auto address = mail::parse_address(*text);
        const auto* const one = address ? find_untagged(gateway.untagged, *address) : nullptr;
        if (one) return "Mail to " + base::printable(*one, mail::kAddressMost) + " leaves without a tag.";
      }
    }
  }
  return {};
}

origin::Origin origin_of(const origin::Recipient& recipient, const response::Response& response,
                         const origin::ClaimContext& context, HintPlaces& hints) {
  auto found = origin::judge(origin::collect({recipient, response, context}));
  if (found.cause != origin::Cause::Hinted) return found;
  if (hints.take(origin::mailbox_of(recipient.plain(), context.tags.delimiter).folded())) return found;
  origin::ClaimContext without = context;
  without.trace.clear();
  return origin::judge(origin::collect({recipient, response, without}));
}

}  // namespace

RecipientCheck check_outbound(const Transaction& transaction, const mail::Address& recipient) {
  RecipientCheck check;
  check.forwarded = recipient;
  check.route.next_hop = &transaction.gateway->next_hop;
  check.route.not_tagged = why_not_tagged(transaction, recipient);
  check.route.is_tagged = check.route.not_tagged.empty();
  check.verdict = policy::judge_recipient(
      {.is_ours = true, .differs_from_first = differs_from_first(transaction, check.route)}, {});
  return check;
}

Judgement judge_response(const Transaction& transaction, const response::Response& response) {
  const Settings& settings = *transaction.settings;
  origin::ClaimContext context{.has_keys = !settings.keys.keys().empty(), .tags = settings.tags};
  if (context.has_keys) context.untagged = why_untagged(settings, response);
  context.trace = origin::trace_of(response, settings.hostname);
  policy::MessageFacts facts{
      .kind = response.kind,
      .certainty = certainty(response),
      .shown = is_dsn(response.kind) ? std::string(shown(response.shown_by)) : std::string(),
      .is_exempt = std::ranges::all_of(transaction.recipients, &TakenRecipient::is_exempt),
      .is_from_relay = transaction.is_from_relay,
      .today = transaction.today};
  HintPlaces hints(transaction.hints, transaction.today);
  std::vector<policy::Verdict> verdicts;
  std::vector<origin::Origin> origins;
  for (const auto& one : transaction.recipients) {
    facts.origin = origin_of(*one.claim, response, context, hints);
    verdicts.push_back(
        policy::judge_message(facts, policy_of(*transaction.route, one.claim->plain().domain, settings)));
    origins.push_back(std::move(facts.origin));
  }
  const std::size_t worst = policy::least_favourable(verdicts);
  facts.origin = std::move(origins[worst]);
  return {std::move(verdicts[worst]), std::move(facts), std::move(hints)};
}

mail::Path outgoing_path(const Transaction& transaction, Route& route) {
  const auto& path = transaction.mail.reverse_path;
  if (!route.is_tagged) return path;
  const auto& settings = *transaction.settings;
  auto tagged = origin::sign(path, settings.keys, transaction.today, settings.tags);
  if (tagged) return mail::Path{std::move(*tagged)};
  route.not_tagged = explain(tagged.error());
  return path;
}

std::string tag_note(const Transaction& transaction) {
  if (!transaction.is_outbound() || !transaction.route) return {};
  if (!transaction.route->not_tagged.empty()) return fmt::format("none ({})", transaction.route->not_tagged);
  return fmt::format("key-{}", transaction.settings->keys.signing_key()->number);
}

}  // namespace backstop::gateway
