#include "gateway/recorder.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/text.h"
#include "intake/day_counts.h"
#include "intake/late_refusal.h"

namespace backstop::gateway {

namespace {

// This many bytes of an HTTP request are shown.
constexpr std::size_t kMostTold = 100;

}  // namespace

intake::EventContext Recorder::context(const Transaction& transaction, const std::string& tag) const {
  const auto took = std::chrono::steady_clock::now() - transaction.begun;
  return {.gateway = settings_.name(),
          .client = client_.text(),
          .helo = client_.helo(),
          .tag = tag,
          .stage = transaction.stage(),
          .now = transaction.clock(),
          .took = std::chrono::floor<std::chrono::milliseconds>(took)};
}

void Recorder::sender(const Transaction& transaction, const policy::Verdict& verdict,
                      const smtp::Reply& reply) {
  shared_.events.record(intake::event_of_sender(transaction, context(transaction, {}), verdict, reply));
}

void Recorder::recipient(Transaction& transaction, const RecipientBatch::Asked& asked) {
  if (!asked.is_parsed || asked.answer->is_positive()) return;
  const bool is_past_limit = asked.decider == intake::Decider::Limit;
  if (is_past_limit && std::exchange(transaction.is_overfull, true)) return;
  const std::string tag = transaction.tag_note();
  shared_.events.record(intake::event_of_recipient(transaction, context(transaction, tag),
                                                   asked.command.recipient, asked.check, asked.verdict,
                                                   asked.decider, *asked.answer));
}

void Recorder::message(const Transaction& transaction, const intake::Outcome& outcome) {
  const std::string tag = transaction.tag_note();
  auto event = intake::event_of(transaction, context(transaction, tag), outcome);
  for (auto& sums : intake::day_sums_of(transaction, event)) shared_.events.count(std::move(sums));
  shared_.events.record(std::move(event));
  if (outcome.way_out == nullptr || !outcome.way_out->response()) return;
  auto late =
      intake::event_of_late_bounce(transaction, context(transaction, {}), *outcome.way_out->response());
  if (late) shared_.events.record(std::move(*late));
}

void Recorder::no_proxy_header() {
  tell(base::LogLevel::Debug, fmt::format("no PROXY header from {}", client_.text()));
}

void Recorder::no_tls(std::string_view why) {
  tell(base::LogLevel::Debug, fmt::format("no TLS with client {}: {}", client_.text(), why));
}

void Recorder::turned_away(Exceeded limit) {
  if (limit == Exceeded::Sessions) return shared_.watch.is_full(settings_->limits.sessions);
  tell(base::LogLevel::Debug,
       fmt::format("client {} is turned away: it has as many sessions as \"sessions_per_client\" allows",
                   client_.text()));
}

void Recorder::http_request(std::string_view line) {
  tell(base::LogLevel::Info,
       fmt::format("client {} sent an HTTP request, and its session was ended: {}", client_.text(),
                   base::printable(line.substr(0, line.find_first_of("\r\n")), kMostTold)));
}

}  // namespace backstop::gateway
