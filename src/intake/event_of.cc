#include "intake/event_of.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "intake/arrival_checks.h"
#include "intake/late_refusal.h"
#include "mail/address_syntax.h"
#include "origin/tag.h"
#include "origin/tag_evidence.h"

namespace backstop::intake {

namespace {

using store::Done;

constexpr std::size_t kMostAddress = 2 * mail::kAddressMost;
constexpr std::size_t kMostMessageId = 998;

Done done_of(const smtp::Reply& reply) {
  return reply.is_permanent() ? Done::Refused : Done::Deferred;
}

store::Verdict verdict_of(policy::Action action) {
  switch (action) {
    case policy::Action::Accept:
      return store::Verdict::Accept;
    case policy::Action::Label:
      return store::Verdict::Label;
    case policy::Action::Quarantine:
      return store::Verdict::Quarantine;
    case policy::Action::Refuse:
      return store::Verdict::Refuse;
    case policy::Action::Defer:
      return store::Verdict::Defer;
  }
  std::unreachable();
}

void add_verdict(const policy::Verdict& verdict, store::Event& event) {
  event.verdict = verdict_of(verdict.action);
  event.cause = policy::name(verdict.cause);
  event.explanation = verdict.explanation;
  event.next_stage = verdict.next_stage.transform(verdict_of);
}

void add_evidence(const std::vector<origin::Evidence>& evidence, store::Event& event) {
  for (const auto& one : evidence) {
    event.evidence.push_back({std::string(origin::name(one.kind)), std::string(origin::name(one.finding)),
                              one.detail, std::string(origin::name(one.level))});
  }
}

void add_recipient(std::string_view address, store::Event& event) {
  event.recipients.push_back(base::printable(address, kMostAddress));
}

// Each kind of proof that can be looked for has a line here; without one, `backstop why` could not say that
// it was not found.
void add_sought(const Transaction& transaction, store::Facts& facts) {
  using store::Fact;
  const Site& site = *transaction.site;
  const bool has_keys = !site.keys.keys().empty();
  facts.add_if(has_keys, Fact::SoughtTag);
  facts.add_if(has_keys && !site.is_tagging(), Fact::TagsOff);
  facts.add_if(has_keys, Fact::SoughtWatermark);
  facts.add_if(site.dkim_keys != nullptr || transaction.key_look_ups != nullptr, Fact::SoughtDkim);
  facts.add_if(transaction.ledger != nullptr, Fact::SoughtLedger);
}

void add_facts(const Transaction& transaction, const MailJudge& judge, store::Facts& facts) {
  using store::Fact;
  const Recipient& recipient = *judge.recipient();
  facts.add_if(judge.ready().messages, Fact::ReadyMessages);
  facts.add_if(judge.ready().tags, Fact::ReadyTags);
  facts.add_if(recipient.domain->ready_since.has_value(), Fact::ReadyDeclared);
  facts.add_if(judge.facts().is_from_relay, Fact::Relay);
  facts.add_if(judge.facts().is_tightened, Fact::Tightened);
  add_sought(transaction, facts);
}

void add_judgement(const Transaction& transaction, const MailJudge& judge, store::Event& event) {
  add_verdict(judge.verdict(), event);
  event.kind = response::name(response::Kind::None);
  const auto& response = judge.response();
  if (!response || response->kind == response::Kind::None) return;
  event.kind = response::name(response->kind);
  event.reporting_mta = base::printable(response->reporting_mta);
  if (response->original) {
    event.original_message_id = base::printable(response->original->message_id, kMostMessageId);
  }
  event.certainty = response::name(certainty(*response));
  event.origin = origin::name(judge.origin().result);
  event.contradiction = judge.is_contradiction();
  event.origin_cause = origin::name(judge.origin().cause);
  add_facts(transaction, judge, event.facts);
  add_evidence(judge.origin().evidence, event);
}

void add_judgement(const WayOutJudge& judge, policy::WayOutStage stage, store::Event& event) {
  if (!judge.is_judged()) return;
  const auto& response = *judge.response();
  add_verdict(judge.verdict(), event);
  event.stage = policy::name(stage);
  event.kind = response::name(response.kind);
  event.certainty = response::name(certainty(response));
  event.reporting_mta = base::printable(response.reporting_mta);
  if (!response.answered_ids.empty())
    event.original_message_id = base::printable(response.answered_ids.front(), kMostMessageId);
}

void add_checks(const Transaction& transaction, store::Event& event) {
  if (transaction.checks == nullptr) return;
  for (auto& line : transaction.checks->evidence()) event.evidence.push_back(std::move(line));
}

/// True for what is delivered with a label. What should be kept back and can't be is, too.
bool is_labelled(const std::optional<store::Verdict>& verdict) {
  return verdict == store::Verdict::Label || verdict == store::Verdict::Quarantine;
}

/// Sets what was done in place of what policy said.
void set_done(Done done, std::string_view cause, std::string_view explanation, store::Event& event) {
  event.done = done;
  event.cause = cause;
  event.explanation = explanation;
}

void set_refused_by_next_hop(const Transaction& transaction, const smtp::Reply& reply, store::Event& event) {
  if (!transaction.is_outbound() && is_late_refusal(reply)) {
    return set_done(Done::Refused, store::kLateUnknown,
                    "The next hop took the recipients, and refused the message since it doesn't know one",
                    event);
  }
  set_done(done_of(reply), "next-hop", "The next hop did not take the message", event);
}

store::Event begin(const Transaction& transaction, const EventContext& context) {
  const auto& path = transaction.mail.reverse_path;
  store::Event event;
  event.time = std::chrono::floor<std::chrono::milliseconds>(context.now);
  event.id = transaction.id;
  event.gateway = context.gateway;
  event.direction = transaction.direction;
  event.client = context.client;
  event.helo = base::printable(context.helo);
  if (!path.is_null()) event.reverse_path = base::printable(path.address->text(), kMostAddress);
  event.stage = context.stage;
  event.took = context.took;
  event.tag = context.tag;
  return event;
}

std::string words_for(const SurgeChange& change) {
  const std::string whose = base::printable(change.whose, kMostAddress);
  switch (change.kind) {
    case SurgeChange::Kind::Responses:
      return fmt::format("a surge has begun: {} unproven responses to {} came within a minute", change.count,
                         whose);
    case SurgeChange::Kind::Domains:
      return fmt::format(
          "a surge has begun: unproven automatic replies of {} domains to {} came within ten minutes",
          change.count, whose);
    case SurgeChange::Kind::Over:
      return fmt::format("the surge to {} is over: at least {} unproven responses came", whose, change.count);
  }
  std::unreachable();
}

}  // namespace

store::Event event_of(const Transaction& transaction, const EventContext& context, const Outcome& outcome) {
  store::Event event = begin(transaction, context);
  for (const auto& recipient : transaction.recipients) add_recipient(recipient.given, event);
  if (outcome.reply.code != 0) event.reply = outcome.reply.text();
  event.client_gone = outcome.is_client_gone;
  event.size = outcome.size;
  event.message_id = outcome.message_id;
  if (outcome.judge != nullptr) add_judgement(transaction, *outcome.judge, event);
  if (outcome.way_out != nullptr) add_judgement(*outcome.way_out, transaction.site->way_out.stage, event);
  if (outcome.author_verdict != nullptr) add_verdict(*outcome.author_verdict, event);
  add_checks(transaction, event);
  if (!outcome.not_kept.empty())
    event.explanation.append("; it could not be kept back: ").append(outcome.not_kept);
  if (!outcome.failure.empty()) {
    set_done(Done::Failed, "failed", outcome.failure, event);
  } else if (outcome.is_kept) {
    event.done = Done::Quarantined;
  } else if (outcome.is_delivered) {
    event.done = is_labelled(event.verdict) ? Done::Labelled : Done::Delivered;
  } else if (outcome.is_past_limit) {
    set_done(done_of(outcome.reply), "limit", outcome.reply.lines.front(), event);
  } else if (event.verdict != store::Verdict::Refuse && event.verdict != store::Verdict::Defer &&
             outcome.author_verdict == nullptr) {
    set_refused_by_next_hop(transaction, outcome.reply, event);
  } else {
    event.done = done_of(outcome.reply);
  }
  return event;
}

store::Event event_of_recipient(const Transaction& transaction, const EventContext& context,
                                const mail::Address& recipient, const RecipientCheck& check,
                                const policy::Verdict& verdict, Decider decider, const smtp::Reply& reply) {
  store::Event event = begin(transaction, context);
  add_recipient(recipient.text(), event);
  event.reply = reply.text();
  event.done = done_of(reply);
  if (check.claim && !transaction.site->keys.keys().empty()) {
    add_evidence({origin::tag_evidence(check.claim->tag, check.claim->address)}, event);
  }
  add_checks(transaction, event);
  add_verdict(verdict, event);
  if (verdict.cause == policy::Cause::DirectoryFailed && !check.why_unanswered.empty())
    event.explanation.append(": ").append(base::printable(check.why_unanswered));
  if (decider == Decider::NextHop) {
    set_done(done_of(reply), "next-hop", "The next hop did not take this recipient", event);
  } else if (decider == Decider::Limit) {
    set_done(done_of(reply), "limit", reply.lines.front(), event);
  }
  return event;
}

store::Event event_of_sender(const Transaction& transaction, const EventContext& context,
                             const policy::Verdict& verdict, const smtp::Reply& reply) {
  store::Event event = begin(transaction, context);
  event.reply = reply.text();
  event.done = done_of(reply);
  add_verdict(verdict, event);
  return event;
}

store::Event event_of(const SurgeChange& change) {
  store::Event event;
  event.time = change.time;
  event.direction = store::Direction::Inbound;
  if (change.whose.contains('@')) add_recipient(change.whose, event);
  event.cause = change.kind == SurgeChange::Kind::Over ? store::kSurgeOver : store::kSurge;
  event.explanation = words_for(change);
  return event;
}

std::string whose_surge(const store::Event& event) {
  if (!event.recipients.empty()) return event.recipients.front();
  // That of a domain has no recipient; the words of words_for() name it.
  constexpr std::string_view kBefore = " to ";
  const std::string_view words = event.explanation;
  const auto begin = words.find(kBefore);
  if (begin == std::string_view::npos) return {};
  const auto name = words.substr(begin + kBefore.size());
  return std::string(name.substr(0, name.find(' ')));
}

void add_addresses(store::Event& event) {
  if (!event.reverse_path.empty()) event.addresses.push_back(origin::search_key(event.reverse_path));
  for (const auto& recipient : event.recipients) event.addresses.push_back(origin::search_key(recipient));
}

}  // namespace backstop::intake
