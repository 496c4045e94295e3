#include "filter/recorder.h"

#include <chrono>
#include <utility>

#include "filter/milter_message.h"
#include "intake/day_counts.h"
#include "intake/late_refusal.h"
#include "intake/outbound_tag.h"

namespace backstop::filter {

intake::EventContext Recorder::context(const intake::Transaction& transaction, std::string_view tag) const {
  const auto took = std::chrono::steady_clock::now() - transaction.begun;
  const bool is_ours = !transaction.is_outbound() && !transaction.recipients.empty();
  return {.gateway = intake::kMilterName,
          .client = session_.client.text(),
          .helo = session_.client.helo(),
          .tag = tag,
          .stage = is_ours ? policy::name(transaction.recipients.front().domain->stage) : std::string_view(),
          .now = transaction.clock(),
          .took = std::chrono::floor<std::chrono::milliseconds>(took)};
}

void Recorder::message(const intake::Transaction& transaction, const intake::Outcome& outcome,
                       std::string_view not_tagged) const {
  auto& events = session_.workplace.shared().events;
  const std::string tag = transaction.is_outbound() && settings_.site->has_tags
                              ? intake::tag_note(transaction, not_tagged)
                              : std::string();
  auto event = intake::event_of(transaction, context(transaction, tag), outcome);
  for (auto& sums : intake::day_sums_of(transaction, event)) events.count(std::move(sums));
  events.record(std::move(event));
  if (outcome.way_out == nullptr || !outcome.way_out->response()) return;
  auto late =
      intake::event_of_late_bounce(transaction, context(transaction, {}), *outcome.way_out->response());
  if (late) events.record(std::move(*late));
}

void Recorder::recipient(const intake::Transaction& transaction, const mail::Address& recipient,
                         const intake::RecipientCheck& check, const policy::Verdict& verdict,
                         const smtp::Reply& reply) const {
  session_.workplace.shared().events.record(intake::event_of_recipient(
      transaction, context(transaction, {}), recipient, check, verdict, intake::Decider::Policy, reply));
}

}  // namespace backstop::filter
