#include "gateway/message_path.h"

#include <algorithm>
#include <utility>

#include "gateway/plain_form.h"
#include "gateway/replies.h"
#include "intake/keeper.h"
#include "intake/kept_response.h"
#include "os/random.h"
#include "response/report_and_headers.h"

namespace backstop::gateway {

namespace {

/// Returns nullopt if the system has no random bytes.
std::optional<origin::WatermarkStamp> watermark_stamp(std::chrono::system_clock::time_point now) {
  origin::WatermarkStamp stamp{.now = std::chrono::floor<std::chrono::seconds>(now), .id = {}};
  if (!os::fill_random(stamp.id)) return std::nullopt;
  return stamp;
}

}  // namespace

MessagePath::MessagePath(Transaction& transaction, next_hop::MessageForm form, TraceFacts trace,
                         response::Reader& reader, intake::HeldMemory& memory,
                         const intake::HeldMemory::Address& client)
    : transaction_(transaction),
      form_(form),
      trace_(trace),
      judge_(transaction, reader),
      way_out_(transaction, reader),
      checks_(transaction, form == next_hop::MessageForm::Stuffed),
      held_share_(memory, client) {}

void MessagePath::settle(Exceeded limit) {
  is_past_limit_ = true;
  settle(reply_for(limit));
}

void MessagePath::settle(smtp::Reply reply) {
  answer_ = std::move(reply);
  phase_ = Phase::Done;
  let_go();
}

net::Task<void> MessagePath::take(std::string_view bytes, bool is_end, std::size_t dots) {
  size_ += bytes.size() - dots;
  if (is_end && form_ == next_hop::MessageForm::Stuffed) size_ -= kEndOfData.size();
  if (phase_ != Phase::Done && is_too_large(is_end)) {
    settle(Exceeded::Message);
    co_await transaction_.delivery->abandon();
  }
  if (phase_ == Phase::Held || phase_ == Phase::Streaming) checks_.take_body(bytes, is_end);
  switch (phase_) {
    case Phase::Header:
      co_return co_await take_header(bytes, is_end);
    case Phase::Held:
      co_return co_await take_held(bytes, is_end);
    case Phase::Streaming:
      co_return co_await pass(bytes, {}, is_end);
    case Phase::Dropping:
      if (is_end) co_await end_dropping();
      break;
    case Phase::Done:
      break;
  }
}

// The end of data and doubled dots are no part of the message (RFC 1870 3). The last bytes so far may be the
// start of the end of data.
bool MessagePath::is_too_large(bool is_end) const {
  const auto most = transaction_.settings->limits.message;
  const auto slack = is_end || form_ == next_hop::MessageForm::Plain ? 0 : kEndOfData.size() - 1;
  return most != 0 && size_ > most + slack;
}

// Returns false if there is no room for a header that is not whole. One of a usual size needs none.
bool MessagePath::hold_header() {
  if (held_.size() <= intake::HeldMemory::kFreeHeader) return true;
  return held_share_.hold(intake::HeldMemory::Account::Headers,
                          held_.size() - intake::HeldMemory::kFreeHeader, transaction_.settings->limits);
}

// Defers the message. Its rest may come slowly, so the next hop's session is given back at once.
net::Task<void> MessagePath::find_no_room() {
  settle(Exceeded::Held);
  co_await transaction_.delivery->abandon();
}

void MessagePath::let_go() {
  // Assigning an empty string would keep the memory.
  std::string().swap(held_);
  held_share_.release();
}

net::Task<void> MessagePath::take_header(std::string_view bytes, bool is_end) {
  // A message that came whole is not copied.
  const std::size_t before = held_.size();
  const bool is_first = before == 0;
  if (!is_first) held_ += bytes;
  const std::string_view message = is_first ? bytes : std::string_view(held_);
  const std::size_t found = intake::find_header_end(message, before < 3 ? 0 : before - 3);
  const std::size_t seen = found == std::string_view::npos ? message.size() : found;
  if (seen > transaction_.settings->limits.header) {
    settle(Exceeded::Header);
    co_return;
  }
  if (found == std::string_view::npos && !is_end) {
    if (is_first) held_ = bytes;
    if (!hold_header()) co_await find_no_room();
    co_return;
  }
  header_end_ = seen;
  scan_ = scan(message.substr(0, header_end_), form_);
  if (scan_.received_fields >= transaction_.settings->limits.received_fields) {
    settle(Exceeded::ReceivedFields);
    co_return;
  }
  next_ = look(message.substr(0, header_end_));
  checks_.take_body(message.substr(header_end_), is_end);
  // A response that leaves is never refused for its form.
  if (next_ == Next::Hold && scan_.fields > intake::kMostFieldsOfResponse && !transaction_.is_outbound()) {
    settle(Exceeded::Header);
    co_return;
  }
  const bool is_held = next_ == Next::Hold || checks_.wants_to_hold();
  if (is_end || !is_held) co_return co_await start(message, is_end);
  phase_ = Phase::Held;
  if (is_first) co_return co_await take_held(bytes, false);
  co_await take_held({}, false);
}

intake::HeaderScan MessagePath::scan(std::string_view header, next_hop::MessageForm form) const {
  const bool is_stuffed = form == next_hop::MessageForm::Stuffed;
  const auto ids = checks_.foreign_ids();
  auto scan = intake::scan_header(header, is_stuffed, transaction_.is_outbound(), !ids.empty());
  intake::take_out_results(header, is_stuffed, ids, scan);
  return scan;
}

// Like read(), no coroutine: the copy made here is gone before the next wait, so held_share_ does not count
// it.
MessagePath::Next MessagePath::look(std::string_view header) {
  std::string room;
  header = unstuffed(header, form_, room);
  // The places of the scan are not those of a copy.
  if (room.empty()) {
    note(header, scan_);
  } else {
    note(header, scan(header, next_hop::MessageForm::Plain));
  }
  return transaction_.is_outbound() ? way_out_.header(header, scan_.is_never_answered)
                                    : judge_.header(header);
}

// What must be known of the header once it is gone.
void MessagePath::note(std::string_view header, const intake::HeaderScan& scan) {
  if (transaction_.is_outbound()) leave(header, scan);
  checks_.take_header(header);
  if (transaction_.ledger == nullptr) return;
  const bool is_ours = scan.message_id_at.second == 0 && transaction_.leaving;
  const auto message_id = header.substr(scan.message_id_at.first, scan.message_id_at.second);
  rows_ = intake::ledger_rows_of(transaction_,
                                 {.message_id = is_ours ? transaction_.leaving->message_id : message_id,
                                  .from = header.substr(scan.from.first, scan.from.second),
                                  .is_never_answered = scan.is_never_answered});
}

void MessagePath::leave(std::string_view header, const intake::HeaderScan& scan) {
  std::vector<std::string_view> signatures;
  for (const auto& [begin, size] : scan.signatures) signatures.push_back(header.substr(begin, size));
  transaction_.leaving = intake::leave(transaction_,
                                       {.whole = header,
                                        .message_id = scan.message_id,
                                        .from = header.substr(scan.from.first, scan.from.second),
                                        .signatures = signatures},
                                       watermark_stamp(transaction_.clock()));
  scan_.message_id = transaction_.leaving->message_id;
}

net::Task<void> MessagePath::take_held(std::string_view bytes, bool is_end) {
  held_ += bytes;
  const auto& limits = transaction_.settings->limits;
  if (is_end || held_.size() > limits.most_held()) co_return co_await start(held_, is_end);
  // A response that can't be held up to its end or its cap is deferred at every stage, since it would pass
  // unjudged.
  if (held_share_.hold(intake::HeldMemory::Account::Responses, held_.size(), limits)) co_return;
  if (next_ == Next::Pass) co_return co_await start(held_, false);
  co_await find_no_room();
}

response::Response MessagePath::read(std::string_view message, bool is_end) {
  std::string room;
  const auto extent = is_end ? response::Extent::Whole : response::Extent::Start;
  message = unstuffed(message, form_, room);
  return transaction_.is_outbound() ? way_out_.read(message, extent) : judge_.read(message, extent);
}

bool MessagePath::is_labelled() const {
  const auto action = judge_.verdict().action;
  return action == policy::Action::Label || action == policy::Action::Quarantine;
}

// Judges a message that was held. Then begins the data at the next hop, with our own fields in front.
net::Task<void> MessagePath::start(std::string_view message, bool is_end) {
  std::shared_ptr<const store::KeptResponse> not_kept;
  if (next_ == Next::Hold && transaction_.is_outbound()) {
    if (!co_await may_leave(message, is_end)) co_return;
  } else if (next_ == Next::Hold) {
    co_await judge_.judge(read(message, is_end));
    const auto action = judge_.verdict().action;
    if (action == policy::Action::Refuse) {
      settle(reply_for(judge_.verdict(), transaction_.settings->help_url));
      co_return;
    }
    if (action == policy::Action::Quarantine) {
      if (auto key = key_to_keep(is_end)) {
        not_kept = co_await quarantine(message, std::move(*key));
        if (not_kept == nullptr) co_return;
      }
    }
  }
  if (is_end && checks_.may_refuse() && co_await is_refused_by_author()) co_return;
  std::string results;
  if (checks_.writes_field()) results = co_await checks_.field(is_end);
  const auto reply = co_await transaction_.delivery->begin(form_);
  if (reply.code != 354) {
    settle(reply);
    co_return;
  }
  record_in_ledger();
  phase_ = Phase::Streaming;
  std::string front;
  if (is_labelled()) front += "Backstop-Verdict: " + judge_.verdict_field() + "\r\n";
  front += results;
  if (not_kept != nullptr) {
    message = not_kept->message;
  } else {
    front += way_out_.added();
    if (transaction_.leaving) front += transaction_.leaving->added;
    // Received comes last of ours: if the message begins with white space, it continues that field.
    append_received(trace_, transaction_.clock(), front);
    if (!scan_.foreign.empty()) {
      intake::append_without(message.substr(0, header_end_), scan_, front);
      message.remove_prefix(header_end_);
    }
  }
  co_await pass(front, message, is_end);
  let_go();
}

// Judges a response that leaves. Returns false if it has its answer: it is held, or deferred.
net::Task<bool> MessagePath::may_leave(std::string_view message, bool is_end) {
  co_await way_out_.judge(read(message, is_end));
  if (way_out_.verdict().action == policy::Action::Quarantine) {
    if (co_await hold(message, is_end)) co_return false;
    co_await way_out_.find_not_held(true);
  }
  if (way_out_.verdict().action == policy::Action::Accept) co_return true;
  settle(reply_for(way_out_.verdict(), transaction_.settings->help_url));
  co_return false;
}

// Returns false if it can't be held; not_kept_ then says why. It is still in memory, as it came. Of one that
// has not ended, its start has the report and headers: they wait for its end, and the rest is dropped.
net::Task<bool> MessagePath::hold(std::string_view message, bool is_end) {
  if (transaction_.held_keeper == nullptr || !intake::sealing_key(transaction_.settings->keys)) {
    not_kept_ = "there is no place for what is held, or no key for it";
    co_return false;
  }
  start_ = held_response(message);
  if (is_end) co_return co_await keep_start();
  phase_ = Phase::Dropping;
  let_go();
  co_await transaction_.delivery->abandon();
  co_return true;
}

net::Task<bool> MessagePath::keep_start() {
  auto key = *intake::sealing_key(transaction_.settings->keys);
  const auto done = co_await transaction_.held_keeper->keep(std::move(start_), std::move(key));
  is_kept_ = done.has_value();
  if (!is_kept_) not_kept_ = done.error().message;
  if (is_kept_) settle(reply_for(way_out_.verdict(), transaction_.settings->help_url));
  co_return is_kept_;
}

// If that fails, it can't leave either, since its rest is gone.
net::Task<void> MessagePath::end_dropping() {
  if (co_await keep_start()) co_return;
  co_await way_out_.find_not_held(false);
  settle(reply_for(way_out_.verdict(), transaction_.settings->help_url));
}

// Settles the message if DMARC refuses or defers it.
net::Task<bool> MessagePath::is_refused_by_author() {
  if (std::exchange(is_author_judged_, true)) co_return false;
  auto verdict = co_await checks_.judge(policy::is_genuine(judge_.verdict().cause));
  if (verdict.action == policy::Action::Accept) co_return false;
  settle(reply_for(verdict, transaction_.settings->help_url));
  author_verdict_ = std::move(verdict);
  co_return true;
}

// Before the next hop hears the final dot, since its bounce may come at once.
void MessagePath::record_in_ledger() {
  if (transaction_.ledger == nullptr) return;
  if (way_out_.may_be_response()) rows_.take_for_program();
  checks_.record_later(rows_.rows());
  transaction_.ledger->record(rows_.rows());
}

store::KeptEnvelope MessagePath::kept_envelope(const intake::KeptReason& reason) const {
  return intake::kept_envelope(transaction_, reason, transaction_.gateway->name, trace_.client,
                               transaction_.clock());
}

std::shared_ptr<const store::KeptResponse> MessagePath::kept_response(std::string_view message) const {
  auto response = std::make_shared<store::KeptResponse>();
  response->envelope = kept_envelope(intake::reason_of(judge_));
  std::string room;
  const auto plain = unstuffed(message, form_, room);
  const auto header_end = std::min(intake::find_header_end(plain), plain.size());
  append_received(trace_, transaction_.clock(), response->message);
  intake::append_without(plain.substr(0, header_end),
                         scan(plain.substr(0, header_end), next_hop::MessageForm::Plain), response->message);
  response->message += plain.substr(header_end);
  response->envelope.size = response->message.size();
  return response;
}

// Of a response that is held only the report and headers are kept: the rest is a stranger's mail.
std::shared_ptr<const store::KeptResponse> MessagePath::held_response(std::string_view message) const {
  auto response = std::make_shared<store::KeptResponse>();
  response->envelope = kept_envelope(intake::reason_of(way_out_));
  std::string room;
  append_received(trace_, transaction_.clock(), response->message);
  response->message += response::report_and_headers(unstuffed(message, form_, room));
  response->envelope.size = response->message.size();
  return response;
}

// Returns the key to keep the message with, or nullopt if it can't be kept; not_kept_ then says why.
std::optional<store::SealKey> MessagePath::key_to_keep(bool is_end) {
  auto key = intake::sealing_key(transaction_.settings->keys);
  if (!is_end) {
    not_kept_ = "it is longer than what is held in memory";
  } else if (transaction_.keeper == nullptr || !key) {
    not_kept_ = "there is no quarantine, or no key for it";
  }
  return not_kept_.empty() ? std::move(key) : std::nullopt;
}

// Keeps the whole message; then it has its answer. If memory is short, it is deferred, which is its answer,
// too. Then returns null. If it can't be kept, returns it in the plain form with our Received in front, to be
// delivered with a label.
net::Task<std::shared_ptr<const store::KeptResponse>> MessagePath::quarantine(std::string_view message,
                                                                              store::SealKey key) {
  const auto& limits = transaction_.settings->limits;
  // Its last bytes may be past what is held, and are in memory in any case.
  const auto size = std::min<std::uint64_t>(message.size(), limits.most_held());
  if (!held_share_.hold(intake::HeldMemory::Account::Responses, size, limits)) {
    co_await find_no_room();
    co_return nullptr;
  }
  auto response = kept_response(message);
  // The memory that was held for the message counts for the response now.
  std::string().swap(held_);
  const auto done = co_await transaction_.keeper->keep(response, std::move(key));
  if (done) {
    is_kept_ = true;
    judge_.keep_places();
    settle(reply_for(judge_.verdict(), transaction_.settings->help_url));
    co_return nullptr;
  }
  not_kept_ = done.error().message;
  form_ = next_hop::MessageForm::Plain;
  co_return response;
}

net::Task<void> MessagePath::pass(std::string_view first, std::string_view second, bool is_end) {
  if (is_end && checks_.may_refuse() && co_await is_refused_by_author())
    co_return co_await transaction_.delivery->abandon();
  if (!is_end && co_await transaction_.delivery->write(first, second)) co_return;
  // At the end, or if the next hop is gone; then finish() only says what happened.
  auto reply = is_end ? co_await transaction_.delivery->finish(first, second)
                      : co_await transaction_.delivery->finish({}, {});
  is_finished_ = true;
  is_delivered_ = is_end && reply.is_positive();
  if (is_delivered_) {
    judge_.keep_places();
    way_out_.keep_places();
  }
  settle(std::move(reply));
}

}  // namespace backstop::gateway
