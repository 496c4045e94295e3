// STARTTLS (RFC 3207), AUTH handed through (RFC 4954), XCLIENT and XFORWARD.

#include <utility>

#include "gateway/replies.h"
#include "gateway/session.h"
#include "gateway/worker.h"
#include "next_hop/smtp_delivery.h"

namespace backstop::gateway {

net::Task<void> Session::handle_starttls() {
  // What was sent along in the clear could be anybody's (CVE-2011-0411); nothing of it may reach the TLS
  // session.
  if (!connection_.input().empty()) {
    co_return cut_short({501, "5.5.1", "STARTTLS has to be the last command before its answer"});
  }
  co_await end_transaction();
  // What was offered may be gone: a reload can take the certificate away.
  if (settings_->tls == nullptr) co_return reply(454, "4.7.0", "TLS is not available just now");
  reply(220, "2.0.0", "Go on with TLS");
  connection_.stream().expires_after(limits().greeting);
  if (!co_await connection_.flush() || !co_await accept_tls()) {
    is_broken_ = is_closing_ = true;
    co_return;
  }
  tls_ = connection_.stream().tls_description();
  state_ = {.phase = smtp::Phase::Greeted, .is_tls = true, .wants_tls = state_.wants_tls};
  helo_.clear();
}

// The next hop knows the users; what it says is what the client hears. Its session is then the client's own.
net::Task<std::optional<smtp::Reply>> Session::relay_auth(std::string_view argument) {
  const std::string command = "AUTH " + std::string(argument) + "\r\n";
  auto lease = co_await worker_.pool().lease(gateway().next_hop, identity(gateway().next_hop),
                                             settings_->next_hop_context(), next_hop::Pool::Age::Fresh);
  if (!lease) co_return reply_for(lease.error());
  auto& session = *lease->session;
  session.is_personal = true;
  auto answer = co_await session.ask_one(command, limits().next_hop_reply);
  while (answer && answer->code == 334) {
    reply(*answer);
    is_authenticating_ = true;
    const auto line = co_await next_line(smtp::kMostAuthLine);
    is_authenticating_ = false;
    if (!line) co_return std::nullopt;
    // "POST" alone may be base64 as well.
    if (line->contains(' ') && smtp::is_http_request(*line)) {
      turn_away_http(*line);
      co_return std::nullopt;
    }
    const std::string word = std::string(*line) + "\r\n";
    answer = co_await session.ask_one(word, limits().next_hop_reply);
  }
  if (!answer) {
    worker_.shared().alarm.failed(session.hop(), next_hop::Alarm::Step::Transaction, answer.error());
    co_return reply_for(answer.error());
  }
  // No other success is a login (RFC 4954 4): who is believed to have logged in may send to everybody.
  if (answer->code < 400 && answer->code != 235) {
    const next_hop::Failed nonsense{next_hop::Trouble::Nonsense, answer->text()};
    worker_.shared().alarm.failed(session.hop(), next_hop::Alarm::Step::Transaction, nonsense);
    co_return reply_for(nonsense);
  }
  if (answer->code == 235) {
    state_.is_authenticated = true;
    authenticated_ = std::move(lease->session);
  }
  co_return next_hop::passed_on(std::move(*answer));
}

net::Task<void> Session::handle_auth(std::string_view argument) {
  if (const auto answer = co_await relay_auth(argument)) reply(*answer);
}

void Session::take_attributes(const smtp::ClientAttributes& told) {
  smtp::merge(told, told_);
  if (told.address) {
    boost::system::error_code failed;
    const auto address = net::asio::ip::make_address(*told.address, failed);
    // A client whose address nobody knows is no host of ours.
    set_peer(failed ? net::Endpoint() : net::Endpoint{address, told_.port.value_or(0)});
  } else if (told.port) {
    peer_.port = *told.port;
  }
  if (told.helo) helo_ = *told.helo;
}

// What XFORWARD says is of the next transaction alone, and changes nothing in how this session is spoken.
void Session::forget_forwarded() {
  if (!self_) return;
  set_peer(self_->peer);
  helo_ = std::move(self_->helo);
  told_ = std::move(self_->told);
  self_.reset();
}

bool Session::is_extended() const {
  return told_.protocol && !told_.protocol->empty() ? *told_.protocol != "SMTP" : state_.is_extended;
}

void Session::handle_attributes(smtp::AttributeCommand command, std::string_view argument) {
  const auto told = smtp::parse_attributes(command, argument);
  if (!told) return reply(told.error());
  if (command == smtp::AttributeCommand::Xclient) return handle_xclient(*told);
  handle_xforward(*told);
}

// What is known of the client is what the connection itself says, until XCLIENT tells more.
void Session::forget_client() {
  set_peer(connected_);
  helo_.clear();
  told_ = {};
  state_.is_authenticated = false;
  authenticated_.reset();
  errors_ = untaken_ = idle_commands_ = 0;
}

// XCLIENT begins the session anew, as somebody else's. What doesn't fit into one command comes in several,
// none of which tells the same twice (XCLIENT_README).
void Session::handle_xclient(const smtp::ClientAttributes& told) {
  forget_forwarded();
  if (!told_in_row_ || smtp::share_an_attribute(told, *told_in_row_)) {
    forget_client();
    told_in_row_ = std::make_unique<smtp::ClientAttributes>();
  }
  smtp::merge(told, *told_in_row_);
  take_attributes(told);
  state_.phase = smtp::Phase::Greeted;
  state_.is_extended = false;
  auto& clients = worker_.shared().clients;
  if (const auto passed = clients.pass_on(ticket_, client_to_count(), limits()); !passed) {
    tell_of(passed.error());
    return cut_short(reply_for(passed.error()));
  }
  reply(220, {}, settings_->hostname + " ESMTP Backstop");
}

// Of this session's own client nothing is said of the one that XFORWARD speaks for.
void Session::handle_xforward(const smtp::ClientAttributes& told) {
  if (!self_) {
    self_ = std::make_unique<Self>(peer_, std::exchange(helo_, {}), std::exchange(told_, {}));
  }
  take_attributes(told);
  reply(250, "2.0.0", "Noted");
}

}  // namespace backstop::gateway
