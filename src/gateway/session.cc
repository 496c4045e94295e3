#include "gateway/session.h"

#include <algorithm>
#include <utility>

#include "gateway/offer.h"
#include "gateway/replies.h"
#include "intake/message_checks.h"
#include "next_hop/smtp_delivery.h"

namespace backstop::gateway {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kGoodbyeTime{5};
// How much a client that is cut short may still send, and for how long, before its connection is reset.
constexpr std::size_t kMostDrained = 16UZ * 1024 * 1024;
constexpr std::chrono::seconds kDrainTime{2};
constexpr std::size_t kIdleBuffer = 1024;

}  // namespace

Session::Session(Worker& worker, const Entrance& entrance, net::Socket socket, const net::Endpoint& peer,
                 net::Endpoint local)
    : worker_(worker),
      settings_(worker.shared().settings, entrance.settings, entrance.gateway),
      connection_(std::move(socket), worker.loop().deadlines()),
      reader_(connection_, [this] { return is_to_end(); }),
      client_(peer, std::move(local)),
      opening_(connection_, client_),
      speaker_(connection_),
      recorder_(worker.shared(), settings_, client_) {
  worker_.add(*this);
}

net::Task<void> Session::run() {
  if (co_await open()) co_await converse();
  if (speaker_.how() != SessionEnd::Broken) {
    connection_.give_time(kGoodbyeTime);
    (void)co_await connection_.flush();
    co_await connection_.stream().shut_down();
  }
  if (speaker_.how() != SessionEnd::CutShort) connection_.stream().close();
  // The client need not wait until the next hop has answered RSET.
  co_await end_transaction();
  if (!connection_.stream().is_open()) co_return;
  connection_.stream().expires_after(kDrainTime);
  co_await connection_.stream().drain(kMostDrained);
  connection_.stream().close();
}

net::Task<bool> Session::accept_tls() {
  state_.is_tls = co_await opening_.accept_tls(settings_->tls);
  if (state_.is_tls) {
    tls_ = connection_.stream().tls_description();
  } else {
    recorder_.no_tls(opening_.why());
  }
  co_return state_.is_tls;
}

// Counts one more session of this client, unless it has too many.
std::optional<Exceeded> Session::enter() {
  auto& clients = worker_.shared().clients;
  const auto client = client_.counted(gateway());
  auto ticket = client ? clients.open(*client, limits()) : clients.open_for_front_end(limits());
  if (!ticket) return ticket.error();
  ticket_ = std::move(*ticket);
  return std::nullopt;
}

net::Task<bool> Session::open() {
  settings_.take_newest();
  const bool is_tls = gateway().tls == ListenTls::Implicit;
  if (is_tls && worker_.is_draining()) co_return false;
  connection_.stream().expires_after(limits().greeting);
  if (net::contains(gateway().proxy_protocol, client_.address()) &&
      !co_await opening_.read_proxy_header(is_tls)) {
    recorder_.no_proxy_header();
    co_return false;
  }
  const auto exceeded = enter();
  if (exceeded) recorder_.turned_away(*exceeded);
  if (is_tls && (exceeded || !co_await accept_tls())) co_return false;
  speaker_.open();
  if (exceeded || is_to_end()) {
    speaker_.close_with(exceeded ? reply_for(*exceeded) : why_to_end());
    co_return false;
  }
  state_.wants_tls = gateway().tls == ListenTls::Required;
  speaker_.say(220, {}, settings_->hostname + " ESMTP Backstop");
  co_return true;
}

net::Task<void> Session::converse() {
  while (speaker_.is_open()) {
    if (is_to_end()) {
      speaker_.close_with(why_to_end());
      break;
    }
    // The time of a message in chunks includes the commands between them.
    const auto last = data_ ? data_->deadline() : Clock::time_point::max();
    const auto next = co_await reader_.next(limits().command_line, limits().command, last);
    if (const auto command = take(next)) {
      if (!answer_at_once(*command)) co_await handle(*command);
    }
    if (speaker_.patience().has_too_many_errors(limits()) && speaker_.is_open() &&
        !client_.is_relay(gateway())) {
      speaker_.cut_short(reply_for(Exceeded::Errors));
    }
  }
}

// Returns the command, or says why there is none.
std::optional<smtp::Command> Session::take(const CommandReader::Next& next) {
  using enum CommandReader::Outcome;
  switch (next.outcome) {
    case Line:
    case NotText:
      if (smtp::is_http_request(next.text)) {
        turn_away_http(next.text);
      } else if (next.outcome == Line) {
        return smtp::split_command(next.text);
      } else {
        speaker_.say(500, "5.5.2",
                     "A command is a line of text that ends in CRLF, with no other CR, LF or NUL in it");
      }
      break;
    case TooLong:
      speaker_.cut_short(reply_for(Exceeded::CommandLine));
      break;
    case Ending:
      speaker_.close_with(why_to_end());
      break;
    case Failed:
      lose(next.failure);
      break;
  }
  return std::nullopt;
}

// What follows an HTTP request is somebody else's text, so none of it is taken for commands.
void Session::turn_away_http(std::string_view line) {
  recorder_.http_request(line);
  speaker_.cut_short(reply_for(Parting::HttpRequest));
}

void Session::lose(net::Failure failure) {
  if (failure == net::Failure::Interrupted) {
    speaker_.close_with(why_to_end());
  } else if (failure == net::Failure::TimedOut) {
    speaker_.close_with(reply_for(data_ ? Exceeded::DataTime : Exceeded::CommandTime));
  } else {
    speaker_.end(SessionEnd::Broken);
  }
}

// Answers a command that needs no wait; returns false if the command must still be handled.
bool Session::answer_at_once(const smtp::Command& command) {
  using enum smtp::Verb;
  if (command.verb != Xclient) client_.end_xclient();
  speaker_.patience().command(command.verb);
  if (speaker_.patience().has_too_many_commands(limits()) && !client_.is_relay(gateway())) {
    speaker_.cut_short(reply_for(Exceeded::CommandsWithoutMail));
    return true;
  }
  // The bytes of a chunk follow whatever we say, so they are read before it is refused.
  if (command.verb == Bdat) return false;
  if (const auto refusal = smtp::why_not_now(state_, command)) {
    speaker_.say(*refusal);
    return true;
  }
  switch (command.verb) {
    case Mail:
      handle_mail(command.argument);
      return true;
    case Noop:
      speaker_.say(250, "2.0.0", "Nothing done");
      return true;
    case Quit:
      speaker_.close_with({221, "2.0.0", "Goodbye"});
      return true;
    case Vrfy:
      speaker_.say(252, "2.1.5", "Can't verify the address; its server answers when you send the message");
      return true;
    case Help:
      speaker_.say(214, "2.0.0", smtp::known_commands(state_));
      return true;
    case Xclient:
      handle_attributes(smtp::AttributeCommand::Xclient, command.argument);
      return true;
    case Xforward:
      handle_attributes(smtp::AttributeCommand::Xforward, command.argument);
      return true;
    default:
      return false;
  }
}

net::Task<void> Session::handle(const smtp::Command& command) {
  using enum smtp::Verb;
  switch (command.verb) {
    case Helo:
    case Ehlo:
      co_return co_await handle_hello(command);
    case Rcpt:
      co_return co_await handle_recipients(command.argument);
    case Data:
      co_return co_await handle_data();
    case Bdat:
      co_return co_await handle_chunk(command.argument);
    case Rset:
      co_await end_transaction();
      co_return speaker_.say(250, "2.0.0", "Reset");
    case StartTls:
      co_return co_await handle_starttls();
    case Auth:
      if (const auto answer = co_await relay_auth(command.argument)) speaker_.say(*answer);
      co_return;
    default:
      break;  // answered at once
  }
}

net::Task<void> Session::handle_hello(const smtp::Command& command) {
  const auto name = smtp::parse_helo(command.argument);
  if (!name) co_return speaker_.say(name.error());
  co_await end_transaction();
  if (!settings_.take_newest()) co_return speaker_.close_with(reply_for(Ending::GatewayGone));
  client_.greet(*name);
  state_.phase = smtp::Phase::Ready;
  state_.is_extended = command.verb == smtp::Verb::Ehlo;
  const auto common = co_await ask_next_hops(*settings_.get(), gateway(), worker_.shared().hops,
                                             worker_.pool(), client_, state_.is_extended, next_hop_count());
  const bool may_authenticate = gateway().direction == Direction::Outbound && !state_.is_authenticated &&
                                (state_.is_tls || client_.address().is_loopback());
  auto offered = offer_for(common, *settings_.get(), gateway(),
                           {.is_tls = state_.is_tls,
                            .may_authenticate = may_authenticate,
                            .is_front_end = client_.is_front_end(gateway())});
  speaker_.say(state_.is_extended ? smtp::extensions_reply(offered, settings_->hostname)
                                  : smtp::Reply{250, {}, settings_->hostname});
  // AUTH is not offered a second time, but MAIL may still have AUTH=.
  if (state_.is_authenticated) offered.auth = std::move(state_.offered.auth);
  state_.offered = std::move(offered);
}

void Session::handle_mail(std::string_view argument) {
  if (!settings_.take_newest()) return speaker_.close_with(reply_for(Ending::GatewayGone));
  auto mail = smtp::parse_mail(argument, state_.offered);
  if (!mail) return speaker_.say(mail.error());
  const std::uint64_t most_size = state_.offered.most_size;
  if (mail->size && most_size != 0 && *mail->size > most_size)
    return speaker_.say(reply_for(Exceeded::Message));
  transaction_ = begin_transaction(settings_.get(), gateway(), std::move(*mail), worker_.shared());
  auto& transaction = *transaction_;
  transaction.id = worker_.next_id();
  transaction.is_from_relay = client_.is_relay(gateway());
  transaction.is_stopping = [&worker = worker_] { return worker.is_draining(); };
  worker_.dns().use(*settings_.get());
  transaction.key_look_ups = worker_.dns().key_look_ups(*settings_.get());
  transaction.client = client_.facts(gateway(), state_.is_authenticated);
  if (transaction.is_outbound()) {
    const auto verdict = policy::judge_sender(
        {.is_trusted_network = client_.is_trusted(gateway()), .is_authenticated = state_.is_authenticated});
    if (verdict.action == policy::Action::Refuse) {
      const auto refusal = reply_for(verdict, settings_->help_url, !state_.offered.auth.empty());
      recorder_.sender(transaction, verdict, refusal);
      transaction_.reset();
      return speaker_.say(refusal);
    }
  }
  if (intake::wants_checks(transaction)) {
    const auto asked = client_.is_many(gateway()) ? nullptr : ticket_.question_count();
    intake::prepare_checks(transaction, worker_.executor(), client_.helo(), worker_.check_sources(asked));
  }
  state_.phase = smtp::Phase::Mail;
  speaker_.say(250, "2.1.0", "Sender noted");
}

// Handles one RCPT, and those that came with it.
net::Task<void> Session::handle_recipients(std::string_view argument) {
  RecipientBatch batch(*transaction_, state_.offered, worker_.shared().bad_tags, client_.address());
  if (!batch.add(argument)) co_await batch.look_up();
  while (speaker_.is_open() && !batch.is_full()) {
    // Any other line ends the batch: its answer comes after those of the batch.
    const auto line = reader_.take_buffered("RCPT ", limits().command_line);
    if (!line) break;
    if (!batch.add(smtp::split_command(*line).argument)) co_await batch.look_up();
  }
  if (transaction_->route && transaction_->delivery == nullptr) {
    transaction_->delivery = open_delivery(*transaction_, worker_.shared(), worker_.pool(),
                                           identity(*transaction_->route->next_hop),
                                           state_.is_authenticated ? &authenticated_ : nullptr);
  }
  co_await batch.offer();
  if (!transaction_->recipients.empty()) state_.phase = smtp::Phase::Recipients;
  for (const auto& asked : batch.asked()) {
    // If the next hop rejects a recipient, that is not an error of our own outbound client.
    const bool is_excused = asked.is_from_next_hop() && transaction_->is_outbound();
    speaker_.say_to_recipient(*asked.answer, is_excused);
    recorder_.recipient(*transaction_, asked);
  }
  // A next hop that took no recipient is not kept waiting, and the next recipient may have another next hop.
  // If the session ends, its last reply goes out first.
  const bool is_idle = transaction_->recipients.empty() && transaction_->delivery != nullptr;
  if (is_idle && speaker_.is_open()) co_await close_delivery();
}

next_hop::ClientCount Session::next_hop_count() const {
  return client_.is_many(gateway()) ? nullptr : ticket_.next_hop_count();
}

next_hop::ClientIdentity Session::identity(const next_hop::NextHop& hop) const {
  return client_.identity(hop, state_.is_extended, next_hop_count());
}

net::Task<void> Session::close_delivery() {
  co_await transaction_->delivery->abandon();
  transaction_->delivery.reset();
  transaction_->route.reset();
}

net::Task<void> Session::end_transaction() {
  if (data_ != nullptr) {
    data_->leave(speaker_.how() == SessionEnd::Broken);
    data_.reset();
  }
  if (transaction_ != nullptr && transaction_->delivery != nullptr) co_await close_delivery();
  transaction_.reset();
  client_.forget_forwarded();
  if (state_.phase != smtp::Phase::Greeted) state_.phase = smtp::Phase::Ready;
}

void Session::begin_data(next_hop::MessageForm form) {
  const auto& transaction = *transaction_;
  const TraceFacts trace{.helo = client_.helo(),
                         .client_name = client_.name(),
                         .client = client_.literal(),
                         .hostname = settings_->hostname,
                         .is_extended = client_.is_extended(state_.is_extended),
                         .is_tls = state_.is_tls,
                         .is_authenticated = state_.is_authenticated,
                         .is_smtputf8 = transaction.mail.smtputf8,
                         .tls = tls_,
                         .id = transaction.id,
                         .recipient = transaction.recipients.size() == 1
                                          ? std::string_view(transaction.recipients.front().given)
                                          : std::string_view()};
  data_ =
      std::make_unique<DataPhase>(static_cast<DataHost&>(*this), speaker_, connection_, *transaction_, form,
                                  trace, worker_.reader(), worker_.shared().held, client_.address());
}

net::Task<void> Session::handle_data() {
  begin_data(next_hop::MessageForm::Stuffed);
  if (is_answered(co_await data_->data())) co_await end_transaction();
  connection_.buffer().shrink(kIdleBuffer);
}

net::Task<void> Session::handle_chunk(std::string_view argument) {
  const auto chunk = smtp::parse_bdat(argument);
  // Without its size nobody knows where the chunk ends and the next command begins.
  if (!chunk) co_return speaker_.cut_short(chunk.error());
  if (auto refusal = smtp::why_not_now(state_, {smtp::Verb::Bdat, argument})) {
    DataAccount account(limits());
    (void)co_await skip_chunk(connection_, speaker_, limits(), account, chunk->size, *refusal);
    co_return;
  }
  if (data_ == nullptr) begin_data(next_hop::MessageForm::Plain);
  state_.phase = smtp::Phase::Chunks;
  if (is_answered(co_await data_->chunk(chunk->size, chunk->is_last))) co_await end_transaction();
  connection_.buffer().shrink(kIdleBuffer);
}

// Returns true if the session goes on with another message.
bool Session::is_answered(DataEnd end) {
  if (end == DataEnd::ChunkTaken) return false;
  // A message that was taken resets the counters: a client that keeps delivering may stay.
  if (data_->is_delivered() || data_->is_kept()) speaker_.patience() = {};
  data_.reset();
  return end == DataEnd::Answered;
}

// RFC 3207.
net::Task<void> Session::handle_starttls() {
  // Bytes in the clear could be anybody's (CVE-2011-0411); none may reach the TLS session.
  if (!connection_.input().empty()) {
    co_return speaker_.cut_short({501, "5.5.1", "STARTTLS must be the last command before its answer"});
  }
  co_await end_transaction();
  // A reload can have taken the certificate away since EHLO.
  if (settings_->tls == nullptr) co_return speaker_.say(454, "4.7.0", "TLS is not available just now");
  speaker_.say(220, "2.0.0", "Go on with TLS");
  connection_.stream().expires_after(limits().greeting);
  state_ = {.phase = smtp::Phase::Greeted, .wants_tls = state_.wants_tls};
  client_.forget_greeting();
  if (!co_await connection_.flush() || !co_await accept_tls()) speaker_.end(SessionEnd::Broken);
}

// Passes AUTH (RFC 4954) on to the next hop, which knows the users, and its answers back to the client. That
// session of the next hop is the client's own from then on. Returns nullopt if the client has its answer.
net::Task<std::optional<smtp::Reply>> Session::relay_auth(std::string_view argument) {
  const next_hop::NextHop& hop = gateway().next_hop;
  auto& alarm = worker_.shared().alarm;
  const std::string command = "AUTH " + std::string(argument) + "\r\n";
  auto lease = co_await worker_.pool().lease(hop, identity(hop), settings_->next_hop_context(),
                                             next_hop::Pool::Age::Fresh);
  if (!lease) co_return reply_for(lease.error());
  auto& session = *lease->session;
  session.is_personal = true;
  auto answer = co_await session.ask_one(command, limits().next_hop_reply);
  while (answer && answer->code == 334) {
    speaker_.say(*answer);
    is_authenticating_ = true;
    const auto next = co_await reader_.next(smtp::kMostAuthLine, limits().command);
    is_authenticating_ = false;
    // "POST" alone may be base64 as well.
    const bool is_word = next.outcome == CommandReader::Outcome::Line && !next.text.contains(' ');
    if (!is_word && !take(next)) co_return std::nullopt;
    answer = co_await session.ask_one(std::string(next.text) + "\r\n", limits().next_hop_reply);
  }
  if (!answer) {
    alarm.failed(hop, next_hop::Alarm::Step::Transaction, answer.error());
    co_return reply_for(answer.error());
  }
  // Only 235 is a login (RFC 4954 4). A client that is wrongly taken for logged in could send to everybody.
  if (answer->code < 400 && answer->code != 235) {
    const next_hop::Failed nonsense{next_hop::Trouble::Nonsense, answer->text()};
    alarm.failed(hop, next_hop::Alarm::Step::Transaction, nonsense);
    co_return reply_for(nonsense);
  }
  if (answer->code == 235) {
    state_.is_authenticated = true;
    authenticated_ = std::move(lease->session);
  }
  co_return next_hop::passed_on(std::move(*answer));
}

void Session::handle_attributes(smtp::AttributeCommand command, std::string_view argument) {
  const auto told = smtp::parse_attributes(command, argument);
  if (!told) return speaker_.say(told.error());
  if (command == smtp::AttributeCommand::Xforward) {
    client_.take_xforward(*told);
    return speaker_.say(250, "2.0.0", "Noted");
  }
  // The session begins anew for another client.
  if (client_.take_xclient(*told)) {
    state_.is_authenticated = false;
    authenticated_.reset();
    speaker_.patience() = {};
  }
  state_.phase = smtp::Phase::Greeted;
  state_.is_extended = false;
  auto& clients = worker_.shared().clients;
  if (const auto passed = clients.pass_on(ticket_, client_.counted(gateway()), limits()); !passed) {
    recorder_.turned_away(passed.error());
    return speaker_.cut_short(reply_for(passed.error()));
  }
  speaker_.say(220, {}, settings_->hostname + " ESMTP Backstop");
}

bool Session::is_to_end() const {
  return worker_.is_hurrying() || ((worker_.is_draining() || settings_.is_gone()) && transaction_ == nullptr);
}

smtp::Reply Session::why_to_end() const {
  return reply_for(worker_.is_draining() ? Ending::Stopping : Ending::GatewayGone);
}

void Session::drain() {
  const bool is_waiting = opening_.is_waiting() || reader_.is_waiting();
  const bool is_to_break_off = data_ != nullptr && data_->is_reading() && worker_.is_stopped();
  if ((is_waiting && is_to_end()) || is_to_break_off) connection_.stream().interrupt();
}

// A client that has no greeting yet is told in place of it; nothing may be sent earlier.
void Session::look_again() {
  settings_.look();
  if (settings_.is_gone() && speaker_.how() != SessionEnd::Broken) drain();
}

// Returns the next hop of which this session keeps a session, or null.
const next_hop::NextHop* Session::used_hop() const {
  if (authenticated_ != nullptr) return &authenticated_->hop();
  if (is_authenticating_) return &gateway().next_hop;
  if (transaction_ == nullptr || transaction_->delivery == nullptr) return nullptr;
  return transaction_->route->next_hop;
}

// A session that waits for its next hop instead of its client is left alone: that wait has its own limit.
void Session::give_way(std::span<const std::string> next_hops) {
  if (!connection_.stream().is_waiting()) return;
  const auto* const hop = used_hop();
  if (hop == nullptr || std::ranges::find(next_hops, hop->url) == next_hops.end()) return;
  connection_.hurry(kScarceTime);
}

}  // namespace backstop::gateway
