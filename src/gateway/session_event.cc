// What a session tells the log and the history.

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "gateway/session.h"
#include "gateway/session_asked.h"
#include "gateway/worker.h"
#include "mail/address_syntax.h"
#include "origin/tag_evidence.h"

namespace backstop::gateway {

namespace {

std::string done_of(const smtp::Reply& reply) {
  return reply.is_permanent() ? "refused" : "deferred";
}

std::string stage_name(const Transaction& transaction) {
  if (transaction.is_outbound() || !transaction.route) return {};
  return std::string(policy::name(transaction.route->stage));
}

std::string next_stage_name(const policy::Verdict& verdict) {
  return verdict.next_stage ? std::string(policy::name(*verdict.next_stage)) : std::string();
}

void add_verdict(const policy::Verdict& verdict, store::Event& event) {
  event.verdict = policy::name(verdict.action);
  event.reason = policy::name(verdict.cause);
  event.explanation = verdict.explanation;
  event.next_stage = next_stage_name(verdict);
}

void add_evidence(const std::vector<origin::Evidence>& evidence, store::Event& event) {
  for (const auto& one : evidence) {
    event.evidence.push_back({std::string(name(one.kind)), std::string(origin::name(one.finding)), one.detail});
  }
}

}  // namespace

store::Event Session::new_event() const {
  using std::chrono::milliseconds;
  const Transaction& transaction = *transaction_;
  const auto& path = transaction.mail.reverse_path;
  store::Event event;
  event.time = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  event.id = transaction.id;
  event.gateway = gateway_name_;
  event.direction = transaction.is_outbound() ? "outbound" : "inbound";
  event.client = peer_text_;
  event.helo = base::printable(helo_);
  event.reverse_path =
      path.is_null() ? std::string() : base::printable(path.address->text(), 2 * mail::kAddressMost);
  event.stage = stage_name(transaction);
  event.took = std::chrono::floor<milliseconds>(Clock::now() - transaction.begun);
  event.tag = tag_note(transaction);
  return event;
}

// A recipient that was taken is told with its message, and of those past the limit the first one.
void Session::record_recipient(const Asked& asked) {
  if (!asked.is_parsed || asked.answer->is_positive()) return;
  if (asked.is_past_limit && std::exchange(transaction_->is_overfull, true)) return;
  store::Event event = new_event();
  event.recipients = {base::printable(asked.command.recipient.text(), 2 * mail::kAddressMost)};
  event.reply = asked.answer->text();
  event.done = done_of(*asked.answer);
  if (asked.check.claim && !settings_->keys.keys().empty()) {
    add_evidence({origin::tag_evidence(asked.check.claim->tag, asked.check.claim->address)}, event);
  }
  add_verdict(asked.check.verdict, event);
  if (asked.is_from_next_hop) {
    event.reason = "next-hop";
    event.explanation = "The next hop did not take this recipient";
  } else if (asked.is_past_limit) {
    event.reason = "limit";
    event.explanation = asked.answer->lines.front();
  }
  worker_.shared().events.record(std::move(event));
}

void Session::record_sender(const policy::Verdict& verdict, const smtp::Reply& reply) {
  store::Event event = new_event();
  event.reply = reply.text();
  event.done = done_of(reply);
  add_verdict(verdict, event);
  worker_.shared().events.record(std::move(event));
}

// `reply`: without a code where the client was told nothing of this. `failure`: why the message did not come
// through, where neither policy nor the next hop says so.
void Session::record_message(const smtp::Reply& reply, bool is_client_gone, std::string_view failure) {
  store::Event event = new_event();
  for (const auto& recipient : transaction_->recipients) {
    event.recipients.push_back(base::printable(recipient.given, 2 * mail::kAddressMost));
  }
  if (reply.code != 0) event.reply = reply.text();
  event.client_gone = is_client_gone;
  if (path_ != nullptr) {
    event.size = path_->size();
    event.message_id = path_->message_id();
    add_verdict(path_->verdict(), event);
    event.kind = response::name(response::Kind::None);
    if (const auto& response = path_->response(); response && response->kind != response::Kind::None) {
      event.kind = response::name(response->kind);
      event.reporting_mta = base::printable(response->reporting_mta);
      if (response->original)
        event.original_message_id = base::printable(response->original->message_id, 998);
      event.certainty = response::name(certainty(*response));
      event.origin = origin::name(path_->origin().result);
      add_evidence(path_->origin().evidence, event);
    }
  }
  const bool is_labelled = event.verdict == policy::name(policy::Action::Label);
  if (!failure.empty()) {
    event.done = "failed";
    event.reason = "failed";
    event.explanation = failure;
  } else if (path_->is_delivered()) {
    event.done = is_labelled ? "labelled" : "delivered";
  } else {
    event.done = done_of(reply);
    if (path_->is_past_limit()) {
      event.reason = "limit";
      event.explanation = reply.lines.front();
    } else if (event.verdict != policy::name(policy::Action::Refuse)) {
      event.reason = "next-hop";
      event.explanation = "The next hop did not take the message";
    }
  }
  path_.reset();
  worker_.shared().events.record(std::move(event));
}

void Session::tell(Gravity gravity, std::string_view line) const {
  worker_.shared().events.notice(gravity, line);
}

void Session::tell_of(Exceeded limit) const {
  if (limit == Exceeded::Sessions) return worker_.shared().watch.is_full(limits().sessions);
  tell(Gravity::Debug,
       fmt::format("client {} is turned away: it has as many sessions as \"sessions_per_client\" allows",
                   peer_text_));
}

}  // namespace backstop::gateway
