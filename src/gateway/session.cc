#include "gateway/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gateway/replies.h"
#include "gateway/worker.h"
#include "net/proxy_header.h"

namespace backstop::gateway {

namespace {

// What a session that waits for a command keeps for its input.
constexpr std::size_t kIdleRoom = 512;
constexpr std::chrono::seconds kGoodbyeTime{5};
// Of a line that is no command.
constexpr std::size_t kMostTold = 100;
// What a client that is cut short may still send before its connection is reset, and for how long.
constexpr std::size_t kMostDrained = 16UZ * 1024 * 1024;
constexpr std::chrono::seconds kDrainTime{2};

}  // namespace

Session::Session(Worker& worker, const Entrance& entrance, net::Socket socket, net::Endpoint peer,
                 net::Endpoint local)
    : worker_(worker),
      gateway_name_(entrance.gateway),
      connection_(std::move(socket), worker.deadlines()),
      direct_(std::move(peer)),
      local_(std::move(local)),
      settings_(entrance.settings) {
  gateway_ = find_gateway(*settings_);
  set_peer(direct_);
  connected_ = direct_;
  worker_.add(*this);
}

Session::~Session() {
  worker_.remove(*this);
}

void Session::set_peer(const net::Endpoint& peer) {
  peer_ = peer;
  peer_text_ = peer.address.to_string();
  peer_literal_ = net::address_literal(peer.address);
  // XCLIENT and XFORWARD may say that nobody knows it.
  if (peer.address.is_unspecified()) peer_text_ = peer_literal_ = "unknown";
}

net::Task<void> Session::run() {
  if (co_await open()) co_await converse();
  if (!is_broken_) {
    give_time(kGoodbyeTime);
    (void)co_await connection_.flush();
    co_await connection_.stream().shut_down();
  }
  if (is_broken_ || !is_cut_short_) connection_.stream().close();
  // The client need not wait until the next hop has answered RSET.
  co_await end_transaction();
  if (!connection_.stream().is_open()) co_return;
  connection_.stream().expires_after(kDrainTime);
  co_await connection_.stream().drain(kMostDrained);
  connection_.stream().close();
}

// Null where it is gone. One of the same name in the other direction is another: who has logged in to the one
// is nobody to the other.
const GatewaySettings* Session::find_gateway(const Settings& settings) const {
  const auto found = std::ranges::find(settings.gateways, gateway_name_, &GatewaySettings::name);
  if (found == settings.gateways.end()) return nullptr;
  return gateway_ == nullptr || gateway_->direction == found->direction ? &*found : nullptr;
}

// The newest settings; false where they no longer have this gateway.
bool Session::take_settings() {
  auto newest = worker_.shared().settings.load();
  if (newest == settings_) return true;
  const auto* const found = find_gateway(*newest);
  is_gateway_gone_ = found == nullptr;
  if (is_gateway_gone_) return false;
  gateway_ = found;
  settings_ = std::move(newest);
  return true;
}

// Where TLS follows at once, its first bytes must stay in the socket for it, so no byte past the header is
// read.
net::Task<bool> Session::read_proxy_header() {
  const bool is_exact = gateway().tls == ListenTls::Implicit;
  auto& buffer = connection_.buffer();
  while (true) {
    const auto parsed = net::parse_proxy_header(buffer.view());
    if (!parsed) co_return false;
    if (parsed->header) {
      buffer.consume(parsed->size);
      if (parsed->header->source) set_peer(*parsed->header->source);
      connected_ = peer_;
      if (parsed->header->destination) local_ = *parsed->header->destination;
      co_return true;
    }
    is_waiting_ = true;
    const auto done = is_exact ? co_await connection_.fill_exactly(1) : co_await connection_.fill(kIdleRoom);
    is_waiting_ = false;
    if (!done) co_return false;
  }
}

net::Task<bool> Session::accept_tls() {
  is_waiting_ = true;
  const auto done = co_await connection_.stream().accept_tls(settings_->tls);
  is_waiting_ = false;
  if (!done) {
    const std::string& why = connection_.stream().why();
    tell(os::LogLevel::Debug, fmt::format("no TLS with client {}: {}", peer_text_,
                                          why.empty() ? net::explain(done.error()) : std::string_view(why)));
  }
  co_return done.has_value();
}

// One more session of this client, unless it has too many.
std::optional<Exceeded> Session::enter() {
  auto& clients = worker_.shared().clients;
  const auto client = client_to_count();
  auto ticket = client ? clients.open(*client, limits()) : clients.open_for_front_end(limits());
  if (!ticket) return ticket.error();
  ticket_ = std::move(*ticket);
  return std::nullopt;
}

bool Session::is_front_end() const {
  return net::contains(gateway().xclient, direct_.address);
}

// None while a front end has not named it: a front end has as many sessions as its clients have together.
// None for a relay either.
std::optional<ClientCounts::Address> Session::client_to_count() const {
  if (is_relay()) return std::nullopt;
  const bool is_named = peer_ != direct_ && !peer_.address.is_unspecified();
  return is_named || !is_front_end() ? std::optional(peer_.address) : std::nullopt;
}

net::Task<bool> Session::open() {
  is_broken_ = true;  // nothing can be said before the greeting, least of all to who speaks TLS
  take_settings();
  const bool is_tls = gateway().tls == ListenTls::Implicit;
  if (is_tls && worker_.is_draining()) co_return false;
  connection_.stream().expires_after(limits().greeting);
  if (net::contains(gateway().proxy_protocol, direct_.address) && !co_await read_proxy_header()) {
    tell(os::LogLevel::Debug, fmt::format("no PROXY header from {}", direct_.address.to_string()));
    co_return false;
  }
  const auto exceeded = enter();
  if (exceeded) tell_of(*exceeded);
  if (is_tls) {
    if (exceeded || !co_await accept_tls()) co_return false;
    state_.is_tls = true;
    tls_ = connection_.stream().tls_description();
  }
  is_broken_ = false;
  if (exceeded || is_to_end()) {
    close_with(exceeded ? reply_for(*exceeded) : why_to_end());
    co_return false;
  }
  state_.wants_tls = gateway().tls == ListenTls::Required;
  reply(220, {}, settings_->hostname + " ESMTP Backstop");
  co_return true;
}

net::Task<void> Session::converse() {
  while (!is_closing_) {
    if (is_to_end()) {
      close_with(why_to_end());
      break;
    }
    // Without a line, why not was answered, or there is nobody to answer.
    if (const auto line = co_await next_line(limits().command_line)) {
      const smtp::Command command = smtp::split_command(*line);
      if (smtp::is_http_request(*line)) {
        turn_away_http(*line);
      } else if (!answer_at_once(command)) {
        co_await handle(command);
      }
    }
    if (errors_ > limits().errors && !is_closing_ && !is_relay()) cut_short(reply_for(Exceeded::Errors));
  }
}

// A whole line that is there, with its line end.
std::optional<std::string_view> Session::buffered_line() const {
  const std::string_view input = connection_.input();
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  return input.substr(0, end + 1);
}

bool Session::is_text(std::string_view line) {
  return line.ends_with("\r\n") && !line.contains('\0') && line.find('\r') + 2 == line.size();
}

void Session::give_time(std::chrono::seconds time, Clock::time_point last) {
  waiting_since_ = net::Deadlines::now();
  connection_.stream().expires_at(std::min(waiting_since_ + time, last));
}

// The view is good until the next read. A command has its time as a whole, however slowly its bytes come.
net::Task<std::optional<std::string_view>> Session::next_line(std::size_t most) {
  std::optional<std::string_view> line = buffered_line();
  if (!line) {
    // A message in chunks has its time with all that comes between them.
    give_time(limits().command, path_ ? data_deadline_ : Clock::time_point::max());
  }
  while (!line && connection_.input().size() <= most) {
    if (is_to_end()) {
      close_with(why_to_end());
      co_return std::nullopt;
    }
    is_waiting_ = true;
    auto told = connection_.flush_now();
    if (!told) told = co_await connection_.flush();
    auto done = *told;
    if (connection_.input().empty()) connection_.buffer().shrink(2 * kIdleRoom);
    if (done) done = co_await connection_.fill(kIdleRoom);
    is_waiting_ = false;
    if (!done) {
      say_goodbye(done.error());
      co_return std::nullopt;
    }
    line = buffered_line();
  }
  if (!line || line->size() > most) {
    cut_short(reply_for(Exceeded::CommandLine));
    co_return std::nullopt;
  }
  connection_.consume(line->size());
  if (!is_text(*line)) {
    if (smtp::is_http_request(*line)) {
      turn_away_http(*line);
      co_return std::nullopt;
    }
    reply(500, "5.5.2", "A command is a line of text that ends in CRLF, with no other CR, LF or NUL in it");
    co_return std::nullopt;
  }
  line->remove_suffix(2);
  co_return line;
}

void Session::turn_away_http(std::string_view line) {
  tell(os::LogLevel::Info,
       fmt::format("client {} sent an HTTP request, and its session was ended: {}", peer_text_,
                   base::printable(line.substr(0, line.find_first_of("\r\n")), kMostTold)));
  cut_short(reply_for(Parting::HttpRequest));
}

void Session::say_goodbye(net::Failure failure) {
  is_closing_ = true;
  if (failure == net::Failure::Interrupted) return close_with(why_to_end());
  if (failure == net::Failure::TimedOut) {
    return close_with(reply_for(path_ ? Exceeded::DataTime : Exceeded::CommandTime));
  }
  is_broken_ = true;
}

void Session::reply(const smtp::Reply& reply) {
  smtp::append_reply(reply, connection_.output());
  count_reply(reply.code);
}

void Session::reply(int code, std::string_view status, std::string_view text) {
  smtp::append_reply(code, status, text, connection_.output());
  count_reply(code);
}

void Session::count_reply(int code) {
  if (code >= 500) ++errors_;
  if (code == 421) is_closing_ = true;
}

void Session::close_with(const smtp::Reply& last) {
  reply(last);
  is_closing_ = true;
}

void Session::cut_short(const smtp::Reply& last) {
  close_with(last);
  is_cut_short_ = true;
}

// Commands that bring no mail forward, and mistakes, end a session that has too many of them.
void Session::count(const smtp::Command& command) {
  using enum smtp::Verb;
  switch (command.verb) {
    case Mail:
    case Rcpt:
    case Data:
    case Bdat:
    case Quit:
      return;
    default:
      break;
  }
  if (++idle_commands_ > limits().commands_without_mail && !is_relay())
    cut_short(reply_for(Exceeded::CommandsWithoutMail));
}

// Whatever takes no wait; false where the command is still to be handled.
bool Session::answer_at_once(const smtp::Command& command) {
  using enum smtp::Verb;
  if (told_in_row_ && command.verb != Xclient) told_in_row_.reset();
  count(command);
  if (is_closing_) return true;
  // The bytes of a chunk follow whatever we say, so they are read before it is refused.
  if (command.verb == Bdat) return false;
  if (const auto refusal = smtp::why_not_now(state_, command)) {
    reply(*refusal);
    return true;
  }
  switch (command.verb) {
    case Mail:
      handle_mail(command.argument);
      return true;
    case Noop:
      reply(250, "2.0.0", "Nothing done");
      return true;
    case Quit:
      close_with({221, "2.0.0", "Goodbye"});
      return true;
    case Vrfy:
      reply(252, "2.1.5", "Send it, and its own server will say");
      return true;
    case Help:
      reply(214, "2.0.0", smtp::known_commands(state_));
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
      co_return reply(250, "2.0.0", "Reset");
    case StartTls:
      co_return co_await handle_starttls();
    case Auth:
      co_return co_await handle_auth(command.argument);
    default:
      break;  // answered at once
  }
}

bool Session::is_to_end() const {
  return worker_.is_hurrying() || ((worker_.is_draining() || is_gateway_gone_) && transaction_ == nullptr);
}

smtp::Reply Session::why_to_end() const {
  return reply_for(NextHopTrouble{worker_.is_draining() ? Trouble::Stopping : Trouble::GatewayGone});
}

void Session::drain() {
  const bool is_to_break_off = is_reading_data_ && worker_.is_stopped();
  if ((is_waiting_ && is_to_end()) || is_to_break_off) connection_.stream().interrupt();
}

const NextHop* Session::used_hop() const {
  if (authenticated_ != nullptr) return &authenticated_->hop();
  if (is_authenticating_) return &gateway().next_hop;
  if (transaction_ == nullptr || transaction_->delivery == nullptr) return nullptr;
  return transaction_->route->next_hop;
}

// It may wait for its next hop just now: that has its own time.
void Session::give_way(std::span<const std::string> next_hops) {
  if (!connection_.stream().is_waiting()) return;
  const NextHop* const hop = used_hop();
  if (hop == nullptr || std::ranges::find(next_hops, hop->url) == next_hops.end()) return;
  connection_.stream().expires_by(waiting_since_ + kScarceTime);
}

// Who is not greeted yet hears it then: nothing could be said before.
void Session::look_again() {
  is_gateway_gone_ = find_gateway(*worker_.shared().settings.load()) == nullptr;
  if (is_gateway_gone_ && !is_broken_) drain();
}

}  // namespace backstop::gateway
