// MAIL and RCPT: the envelope, and the next hop's word on each recipient.

#include <utility>

#include "base/text.h"
#include "gateway/replies.h"
#include "gateway/session.h"
#include "gateway/session_asked.h"
#include "gateway/worker.h"
#include "next_hop/maildir_delivery.h"
#include "next_hop/smtp_delivery.h"

namespace backstop::gateway {

namespace {

// How many recipients are offered to the next hop in one go; more make another round.
constexpr std::size_t kMostBatch = 100;
// A large list has many recipients that are put off, and more than one transaction takes: so many are no
// error.
constexpr std::size_t kMostUntaken = 1000;

}  // namespace

void Session::handle_mail(std::string_view argument) {
  if (!take_settings()) return close_with(reply_for(Ending::GatewayGone));
  auto mail = smtp::parse_mail(argument, state_.offered);
  if (!mail) return reply(mail.error());
  const std::uint64_t most_size = state_.offered.most_size;
  if (mail->size && most_size != 0 && *mail->size > most_size) {
    return reply(reply_for(Exceeded::Message));
  }
  transaction_ = std::make_unique<Transaction>();
  transaction_->settings = settings_;
  transaction_->gateway = gateway_;
  transaction_->mail = std::move(*mail);
  transaction_->id = worker_.next_id();
  transaction_->begun = Clock::now();
  transaction_->today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  transaction_->is_from_relay = is_relay();
  transaction_->hints = &worker_.shared().hints;
  if (gateway().direction == Direction::Outbound) {
    const auto verdict =
        // XFORWARD tells whose mail it is, not who asks.
        policy::judge_sender(
            {.is_trusted_network = net::contains(gateway().trusted, (self_ ? self_->peer : peer_).address),
             .is_authenticated = state_.is_authenticated});
    if (verdict.action == policy::Action::Refuse) {
      const auto refusal = reply_for(verdict, settings_->help_url, !state_.offered.auth.empty());
      reply(refusal);
      record_sender(verdict, refusal);
      transaction_.reset();
      return;
    }
  }
  state_.phase = smtp::Phase::Mail;
  reply(250, "2.1.0", "Sender noted");
}

// What can be said without asking the next hop; no answer where it is to be asked.
Session::Asked Session::judge_recipient(std::string_view argument, std::size_t earlier) {
  Asked asked;
  auto command = smtp::parse_rcpt(argument, state_.offered, transaction_->mail.smtputf8);
  if (!command) {
    asked.answer = command.error();
    return asked;
  }
  asked.command = std::move(*command);
  asked.is_parsed = true;
  if (earlier >= limits().recipients) {
    asked.answer = reply_for(Exceeded::Recipients);
    asked.is_past_limit = true;
    return asked;
  }
  asked.check = transaction_->is_outbound()
                    ? check_outbound(*transaction_, asked.command.recipient)
                    : check_inbound(*transaction_, asked.command.recipient, is_guesser());
  note_bad_tag(asked.check);
  const auto& verdict = asked.check.verdict;
  if (verdict.action == policy::Action::Refuse || verdict.action == policy::Action::Defer) {
    asked.answer = reply_for(verdict, settings_->help_url);
    return asked;
  }
  if (!transaction_->route) {
    transaction_->route = asked.check.route;
    open_delivery();
  }
  return asked;
}

// A host of ours stands before us: what we refuse it would bounce. XFORWARD tells whose mail it is, not who
// brings it.
bool Session::is_relay() const {
  const auto& relays = gateway().relays;
  return !relays.empty() && (net::contains(relays, direct_.address) ||
                             net::contains(relays, (self_ ? self_->peer : peer_).address));
}

// Only the null sender's tags count.
bool Session::is_guesser() const {
  return transaction_->mail.reverse_path.is_null() && !transaction_->is_from_relay &&
         worker_.shared().clients.is_guesser(peer_.address, Clock::now(), limits());
}

void Session::note_bad_tag(const RecipientCheck& check) {
  if (!check.claim || transaction_->is_from_relay || !is_bad_guess(*transaction_, check.claim->tag)) return;
  worker_.shared().clients.add_bad_tag(peer_.address, check.claim->address.folded(), Clock::now(), limits());
}

void Session::open_delivery() {
  const Transaction& transaction = *transaction_;
  Route& route = *transaction_->route;
  smtp::MailCommand mail = transaction.mail;
  mail.reverse_path = outgoing_path(transaction, route);
  if (route.next_hop->protocol == next_hop::Protocol::Maildir) {
    transaction_->delivery = std::make_unique<next_hop::MaildirDelivery>(
        worker_.shared().blocking, worker_.shared().alarm, *route.next_hop,
        mail.reverse_path.is_null() ? std::string() : mail.reverse_path.address->text(), settings_->hostname);
    return;
  }
  transaction_->delivery = std::make_unique<next_hop::SmtpDelivery>(
      worker_.pool(),
      next_hop::Envelope{.hop = *route.next_hop,
                         .context = transaction.settings->next_hop_context(),
                         .client = identity(*route.next_hop),
                         .mail = std::move(mail)},
      state_.is_authenticated ? &authenticated_ : nullptr);
}

net::Task<void> Session::offer_recipients(std::vector<Asked>& batch) {
  std::vector<smtp::RcptCommand> commands;
  for (const auto& asked : batch) {
    if (asked.answer) continue;
    commands.push_back(asked.command);
    commands.back().recipient = asked.check.forwarded;
  }
  if (commands.empty()) co_return;
  auto answers = co_await transaction_->delivery->recipients(commands);
  auto next = answers.begin();
  for (auto& asked : batch) {
    if (asked.answer) continue;
    asked.answer = std::move(*next++);
    asked.is_from_next_hop = true;
    if (!asked.answer->is_positive()) continue;
    transaction_->recipients.push_back({.given = asked.command.recipient.text(),
                                        .claim = std::move(asked.check.claim),
                                        .is_exempt = asked.check.is_exempt});
    state_.phase = smtp::Phase::Recipients;
  }
}

// Whether a further recipient may be taken depends on what the next hop says to one that it is asked for:
// LMTP and a Maildir take one.
bool Session::is_asked_alone() const {
  return transaction_->route && transaction_->route->next_hop->protocol != next_hop::Protocol::Smtp;
}

void Session::answer_recipient(const Asked& asked) {
  const std::size_t before = errors_;
  reply(*asked.answer);
  // If the next hop rejects a recipient, that is not an error of our own outbound client.
  if (asked.is_from_next_hop && transaction_->is_outbound()) errors_ = before;
  const bool is_counted = asked.answer->is_positive() || errors_ != before;
  if (!is_counted && ++untaken_ > kMostUntaken) ++errors_;
  record_recipient(asked);
}

// One RCPT, and those that came with it.
net::Task<void> Session::handle_recipients(std::string_view argument) {
  std::vector<Asked> batch;
  std::size_t taken = transaction_->recipients.size();
  while (true) {
    batch.push_back(judge_recipient(argument, taken));
    const bool is_asked = !batch.back().answer;
    if (is_asked) ++taken;
    if (is_closing_ || batch.size() == kMostBatch || (is_asked && is_asked_alone())) break;
    // Another command, or what is none, has its answer behind those of the batch.
    const auto line = buffered_line();
    if (!line || !base::istarts_with(*line, "RCPT ") || line->size() > limits().command_line) break;
    if (!is_text(*line) || smtp::is_http_request(*line)) break;
    const auto next = co_await next_line(limits().command_line);
    if (!next) break;
    argument = smtp::split_command(*next).argument;
  }
  co_await offer_recipients(batch);
  const bool is_done = transaction_->recipients.empty();
  for (const auto& asked : batch) answer_recipient(asked);
  // A next hop that took nobody is not kept waiting, and the next recipient may have another. A last reply
  // goes out before.
  if (is_done && !is_closing_ && transaction_->delivery != nullptr) co_await close_delivery();
}

net::Task<void> Session::close_delivery() {
  co_await transaction_->delivery->abandon();
  transaction_->delivery.reset();
  transaction_->route.reset();
}

net::Task<void> Session::end_transaction() {
  // Between two chunks.
  if (path_ != nullptr) {
    record_message({}, is_broken_,
                   is_broken_ ? kClientLeft : "The client ended the message before its last chunk");
  }
  if (transaction_ != nullptr && transaction_->delivery != nullptr) co_await close_delivery();
  transaction_.reset();
  forget_forwarded();
  if (state_.phase != smtp::Phase::Greeted) state_.phase = smtp::Phase::Ready;
}

// A front end that submits for a whole site, or tells by XFORWARD whose mail it brings, is no single client.
next_hop::ClientCount Session::next_hop_count() const {
  const bool is_front_end = self_ != nullptr || net::contains(gateway().trusted, peer_.address);
  return is_front_end ? nullptr : ticket_.next_hop_count();
}

next_hop::ClientIdentity Session::identity(const next_hop::NextHop& hop) const {
  next_hop::ClientIdentity identity;
  identity.count = next_hop_count();
  if (hop.identity == next_hop::Identity::None) return identity;
  identity.attributes = told_;
  identity.source = peer_;
  identity.destination = local_;
  auto& attributes = identity.attributes;
  attributes.address = peer_.address.is_unspecified() ? std::string() : peer_text_;
  if (peer_.port != 0) attributes.port = peer_.port;
  attributes.helo = helo_;
  attributes.protocol = is_extended() ? "ESMTP" : "SMTP";
  return identity;
}

}  // namespace backstop::gateway
