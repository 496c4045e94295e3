#include "gateway/recipient_batch.h"

#include <chrono>
#include <utility>

#include "gateway/replies.h"
#include "intake/arrival_checks.h"
#include "intake/claim_facts.h"
#include "intake/outbound_tag.h"
#include "origin/tag_evidence.h"

namespace backstop::gateway {

RecipientBatch::RecipientBatch(Transaction& transaction, const smtp::Extensions& offered,
                               intake::BadTags& bad_tags, const intake::BadTags::Address& client)
    : transaction_(transaction),
      offered_(offered),
      bad_tags_(bad_tags),
      client_(client),
      taken_(transaction.recipients.size()) {}

// Only the null sender's tags count.
bool RecipientBatch::is_guesser() const {
  return transaction_.mail.reverse_path.is_null() && !transaction_.is_from_relay &&
         bad_tags_.is_guesser(client_, std::chrono::steady_clock::now(),
                              transaction_.settings->limits.bad_tags);
}

void RecipientBatch::note_bad_tag(const intake::RecipientCheck& check) {
  if (!check.claim || intake::is_from_relay(transaction_, *check.domain) ||
      !origin::is_guess(check.claim->tag, transaction_.mail.reverse_path.is_null())) {
    return;
  }
  bad_tags_.add(client_, check.claim->address.folded(), std::chrono::steady_clock::now(),
                transaction_.settings->limits.bad_tags);
}

Route RecipientBatch::route_for(const intake::RecipientCheck& check) const {
  const GatewaySettings& gateway = *transaction_.gateway;
  if (transaction_.is_outbound()) {
    if (!transaction_.settings->has_tags) return {.next_hop = &gateway.next_hop};
    std::string why = intake::why_not_tagged(transaction_, check.plain, gateway.untagged);
    return {.next_hop = &gateway.next_hop, .is_tagged = why.empty(), .not_tagged = std::move(why)};
  }
  const bool has_own = check.domain->next_hop != nullptr;
  return {.next_hop = has_own ? check.domain->next_hop.get() : &gateway.next_hop,
          .domain = check.domain,
          .ready = intake::ready_at_stage(*check.domain, check.plain.domain, transaction_),
          .is_past_dmarc = check.is_exempt && is_checked(check) && transaction_.checks->may_refuse_author()};
}

// All that needs no wait, up to the question for the directory.
RecipientBatch::Asked RecipientBatch::check(std::string_view argument) {
  Asked asked;
  auto command = smtp::parse_rcpt(argument, offered_, transaction_.mail.smtputf8);
  if (!command) {
    asked.answer = command.error();
    return asked;
  }
  asked.command = std::move(*command);
  asked.is_parsed = true;
  if (taken_ >= transaction_.settings->limits.recipients) {
    asked.answer = reply_for(Exceeded::Recipients);
    asked.decider = intake::Decider::Limit;
  } else if (transaction_.is_outbound()) {
    asked.check = {.facts = {.is_ours = true}, .plain = asked.command.recipient};
  } else {
    asked.check = intake::check_recipient(transaction_, asked.command.recipient, is_guesser());
    note_bad_tag(asked.check);
    if (is_checked(asked.check)) transaction_.checks->begin();
  }
  return asked;
}

void RecipientBatch::judge(Asked& asked) {
  auto& facts = asked.check.facts;
  std::optional<Route> route;
  if (facts.is_ours && !facts.is_routed) {
    route = route_for(asked.check);
    facts.differs_from_first = transaction_.route && differ(*transaction_.route, *route);
  }
  // Of a domain's policy, only the stage counts for a recipient.
  const auto* const settings = asked.check.domain;
  const policy::DomainPolicy domain{.stage = settings == nullptr ? policy::Stage::Observe : settings->stage};
  asked.verdict = policy::judge_recipient(facts, domain);
  if (asked.verdict.action == policy::Action::Refuse || asked.verdict.action == policy::Action::Defer) {
    asked.answer = reply_for(asked.verdict, transaction_.settings->help_url);
    return;
  }
  if (!transaction_.route) transaction_.route = std::move(route);
  ++taken_;
}

// Mail of relays and hosts of ours is not checked, so that nothing is refused that they bring.
bool RecipientBatch::is_checked(const intake::RecipientCheck& check) const {
  return transaction_.checks != nullptr && check.domain != nullptr && !check.facts.is_routed &&
         !intake::is_from_relay(transaction_, *check.domain) &&
         intake::local_of(transaction_.client, *check.domain).empty();
}

bool RecipientBatch::is_sender_asked(const Asked& asked) const {
  return is_checked(asked.check) && transaction_.checks->may_refuse_sender();
}

bool RecipientBatch::add(std::string_view argument) {
  auto& asked = asked_.emplace_back(check(argument));
  if (asked.answer) return true;
  if (is_sender_asked(asked) || asked.check.question) return false;
  judge(asked);
  return true;
}

net::Task<void> RecipientBatch::look_up() {
  auto& asked = asked_.back();
  if (is_sender_asked(asked)) {
    auto found = co_await transaction_.checks->sender();
    asked.check.facts.sender = found.trouble;
    asked.check.facts.sender_detail = std::move(found.detail);
    const bool is_refused = found.trouble != policy::SenderTrouble::None && !asked.check.is_exempt;
    if (is_refused || !asked.check.question) co_return judge(asked);
  }
  if (!deadline_) deadline_ = std::chrono::steady_clock::now() + kLookUpTime;
  auto& source = *asked.check.domain->recipient_directory;
  asked.check.take(co_await source.look_up(std::move(*asked.check.question), *deadline_));
  judge(asked);
}

bool RecipientBatch::is_full() const {
  if (asked_.size() >= kMost) return true;
  const bool is_asked = !asked_.empty() && !asked_.back().answer;
  // LMTP and a Maildir take one recipient: the next may be taken if this one is not.
  return is_asked && transaction_.route->next_hop->protocol != next_hop::Protocol::Smtp;
}

// A next hop that should not report on mail whose SPF fails must hear so with RCPT.
net::Task<void> RecipientBatch::look_at_spf() {
  if (!transaction_.settings->way_out.is_muting || transaction_.checks == nullptr ||
      transaction_.mail.reverse_path.is_null())
    co_return;
  co_await transaction_.checks->wait_for_spf();
  transaction_.has_failed_spf = transaction_.checks->spf() == auth::MethodResult::Fail;
}

net::Task<void> RecipientBatch::offer() {
  std::vector<smtp::RcptCommand> commands;
  for (const auto& asked : asked_) {
    if (asked.answer) continue;
    commands.push_back(asked.command);
    commands.back().recipient = asked.check.plain;
  }
  if (commands.empty()) co_return;
  co_await look_at_spf();
  if (transaction_.has_failed_spf && transaction_.settings->way_out.is_muting) {
    for (auto& command : commands) command.notify = "NEVER";
  }
  auto answers = co_await transaction_.delivery->recipients(commands);
  auto next = answers.begin();
  for (auto& asked : asked_) {
    if (asked.answer) continue;
    asked.answer = std::move(*next++);
    asked.decider = intake::Decider::NextHop;
    if (!asked.answer->is_positive()) continue;
    transaction_.recipients.push_back({.given = asked.command.recipient.text(),
                                       .domain = asked.check.domain,
                                       .claim = std::move(asked.check.claim),
                                       .is_exempt = asked.check.is_exempt});
  }
}

}  // namespace backstop::gateway
