// The end of a message: it is judged, its changes are made, and it has its answer.
#include <utility>

#include "filter/milter_message.h"
#include "filter/recorder.h"
#include "intake/keeper.h"
#include "intake/kept_response.h"
#include "intake/verdict_reply.h"
#include "milter/answer.h"
#include "milter/client.h"
#include "response/report_and_headers.h"

namespace backstop::filter {

net::Task<void> MilterMessage::end(std::string_view piece, std::string& out) {
  take_queue_id();
  if (!is_header_over_) {
    std::string unwanted;
    end_header(unwanted);
    if (is_over_) out += unwanted;
  }
  if (is_over_) co_return;
  take_piece(piece);
  if (refusal_) co_return finish(out);
  checks_.take_body({}, true);
  if (next_ == Next::Hold && is_outbound()) {
    co_await judge_departure();
  } else if (next_ == Next::Hold) {
    co_await judge_arrival();
  }
  if (!refusal_ && !is_kept_ && checks_.may_refuse()) co_await refuse_by_author();
  if (refusal_ || is_kept_) co_return finish(out);
  if (checks_.writes_field()) changes_.insert_fields(co_await checks_.field(true));
  co_await change_recipients();
  finish(out);
}

net::Task<void> MilterMessage::judge_arrival() {
  co_await judge_.judge(judge_.read(held_, extent()));
  const auto action = judge_.verdict().action;
  if (action == policy::Action::Refuse || action == policy::Action::Defer)
    co_return refuse(intake::reply_for(judge_.verdict(), settings_->help_url));
  if (action == policy::Action::Quarantine) {
    if (is_cut_) {
      not_kept_ = "it is longer than what is held in memory";
    } else if (co_await keep(transaction_.keeper, intake::reason_of(judge_), without_foreign_fields())) {
      is_kept_ = true;
      co_return;
    }
  }
  if (action != policy::Action::Accept)
    changes_.insert_field("Backstop-Verdict: " + judge_.verdict_field() + "\r\n");
}

std::string MilterMessage::without_foreign_fields() const {
  const std::string_view message(held_);
  std::string kept;
  intake::append_without(message.substr(0, header_size_), scan_, kept);
  kept += message.substr(header_size_);
  return kept;
}

// A response that can't be held, and that may not leave, stays with the server: its postmaster can release
// it. A server that can't keep it must send it again.
net::Task<void> MilterMessage::judge_departure() {
  co_await way_out_.judge(way_out_.read(held_, extent()));
  changes_.insert_fields(way_out_.added());
  if (way_out_.verdict().action == policy::Action::Quarantine) {
    if (co_await keep(transaction_.held_keeper, intake::reason_of(way_out_),
                      response::report_and_headers(held_))) {
      is_kept_ = true;
      co_return;
    }
    co_await way_out_.find_not_held(true);
  }
  const auto& verdict = way_out_.verdict();
  if (verdict.action == policy::Action::Accept) co_return;
  const bool can_stay = session_.door == Door::Internal && session_.agreed.may(milter::action::kQuarantine);
  if (!can_stay || verdict.cause == policy::Cause::NotCheckedYet)
    co_return refuse(intake::reply_for(verdict, settings_->help_url));
  is_on_hold_ = true;
}

// Returns false if it can't be kept; not_kept_ then says why.
net::Task<bool> MilterMessage::keep(intake::Keeper* keeper, const intake::KeptReason& reason,
                                    std::string message) {
  const bool can_discard =
      session_.door == Door::Internal || session_.macros.find(milter::kNoDiscard).empty();
  if (!can_discard) {
    not_kept_ = "this mail server can't take a mail and give it to nobody";
    co_return false;
  }
  // The mail server would give it to none of them.
  if (has_unjudged_) {
    not_kept_ = "it is also for recipients that are not judged here";
    co_return false;
  }
  auto key = intake::sealing_key(transaction_.site->keys);
  if (keeper == nullptr || !key) {
    not_kept_ = "there is no place for it, or no key";
    co_return false;
  }
  auto response = std::make_shared<store::KeptResponse>();
  response->envelope = intake::kept_envelope(transaction_, reason, intake::kMilterName,
                                             session_.client.text(), transaction_.clock());
  response->message = std::move(message);
  response->envelope.size = response->message.size();
  const auto done = co_await keeper->keep(std::move(response), std::move(*key));
  if (!done) not_kept_ = done.error().message;
  co_return done.has_value();
}

net::Task<void> MilterMessage::refuse_by_author() {
  auto verdict = co_await checks_.judge(policy::is_genuine(judge_.verdict().cause));
  if (verdict.action == policy::Action::Accept) co_return;
  refuse(intake::reply_for(verdict, settings_->help_url));
  author_verdict_ = std::move(verdict);
}

void MilterMessage::refuse(smtp::Reply reply, bool is_past_limit) {
  is_past_limit_ = is_past_limit;
  refusal_ = std::move(reply);
}

// Before the server has our answer, since its bounce may come at once.
void MilterMessage::record_in_ledger() {
  if (transaction_.ledger == nullptr) return;
  if (way_out_.may_be_response()) rows_.take_for_program();
  checks_.record_later(rows_.rows());
  transaction_.ledger->record(rows_.rows());
}

void MilterMessage::finish(std::string& out) {
  is_over_ = true;
  if (refusal_) {
    milter::append_refusal(*refusal_, out);
  } else if (is_kept_) {
    judge_.keep_places();
    milter::append_answer(milter::Answer::Discard, out);
  } else {
    record_in_ledger();
    judge_.keep_places();
    way_out_.keep_places();
    changes_.append(session_.agreed, out);
    if (is_on_hold_) milter::append_quarantine(way_out_.verdict().explanation, out);
    milter::append_answer(milter::Answer::Accept, out);
  }
  record();
}

void MilterMessage::record() {
  if (is_unreadable_ || transaction_.recipients.empty()) return;
  Recorder(session_, *settings_)
      .message(
          transaction_,
          {.reply = refusal_.value_or(smtp::Reply()),
           .is_delivered = !refusal_ && !is_kept_ && !is_on_hold_,
           .is_past_limit = is_past_limit_,
           .failure = is_on_hold_ ? std::string_view("the mail server keeps it on hold") : std::string_view(),
           .is_kept = is_kept_,
           .not_kept = not_kept_,
           .author_verdict = author_verdict_ ? &*author_verdict_ : nullptr,
           .judge = &judge_,
           .way_out = &way_out_,
           .size = size_,
           .message_id = scan_.message_id},
          not_tagged_);
}

}  // namespace backstop::filter
