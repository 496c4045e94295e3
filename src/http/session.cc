#include "http/session.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <utility>

#include "http/api.h"
#include "net/blocking.h"

namespace backstop::http {
namespace {

constexpr std::size_t kRoom = 4096;
constexpr std::string_view kCookie = "backstop";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Session::Session(intake::Workplace& workplace, net::Socket socket, Server& server, intake::Ticket ticket,
                 Peer peer)
    : workplace_(workplace),
      server_(server),
      ticket_(std::move(ticket)),
      peer_(std::move(peer)),
      connection_(std::move(socket), workplace.loop().deadlines()),
      pause_(workplace.loop().context()) {
  workplace_.add(*this);
}

const std::string& Session::gateway_name() const {
  static const std::string name(kHttpName);
  return name;
}

void Session::drain() {
  if (!workplace_.is_draining()) return;
  connection_.stream().interrupt();
  pause_.cancel();
}

net::Task<void> Session::run() {
  if (co_await begin_tls()) {
    while (co_await read_request() && co_await answer(reader_.take())) {
    }
    (void)co_await flush();
  }
  connection_.give_time(kWriteTime);
  co_await connection_.stream().shut_down();
  connection_.stream().close();
}

net::Task<bool> Session::begin_tls() {
  const auto settings = server_.desk().settings.load();
  if (peer_.is_local_socket || settings->tls == nullptr) co_return true;
  connection_.give_time(kRequestTime);
  peer_.is_tls = (co_await connection_.stream().accept_tls(settings->tls)).has_value();
  co_return peer_.is_tls;
}

net::Task<bool> Session::flush() {
  connection_.give_time(kWriteTime);
  co_return (co_await connection_.flush()).has_value();
}

// Returns false if no request comes any more; a refusal is then in the output.
net::Task<bool> Session::read_request() {
  auto last = net::Deadlines::Clock::time_point::max();
  for (;;) {
    connection_.consume(reader_.put(connection_.input()));
    if (reader_.state() == RequestReader::State::Ready) co_return true;
    if (reader_.state() == RequestReader::State::Failed) {
      append_reply(reader_.refusal(), false, false, connection_.output());
      co_return false;
    }
    if (workplace_.is_draining() && !reader_.has_begun()) co_return false;
    if (reader_.take_expectation()) connection_.output() += kContinue;
    if (!connection_.output().empty() && !co_await flush()) co_return false;
    if (reader_.has_begun()) {
      if (last == net::Deadlines::Clock::time_point::max()) last = net::Deadlines::now() + kRequestTime;
      connection_.give_time(kRequestTime, last);
    } else {
      connection_.buffer().shrink(kRoom);
      connection_.give_time(kIdleTime);
    }
    if (!co_await connection_.fill(kRoom)) co_return false;
  }
}

// Returns false if the connection must end.
net::Task<bool> Session::answer(Request request) {
  const bool is_head = request.method == Method::Head;
  const bool stays_open = request.stays_open && !workplace_.is_draining();
  auto call = std::make_shared<Call>(server_.desk(), std::move(request), Asker{}, std::nullopt);
  const auto settings = server_.desk().settings.load();
  call->asker = asker_of(call->request, peer_, settings->proxies);
  const auto token = cookie_of(call->request.cookie, kCookie);
  if (!token.empty()) call->login = server_.desk().logins.find(token, std::chrono::steady_clock::now());
  if (peer_.is_public) {
    // Whoever asks learns what is public, by whatever proxy; and nobody is logged in here.
    call->asker.why_not = {};
    call->login.reset();
  }
  auto match =
      find_route(peer_.is_public ? public_routes() : routes(), call->request.method, call->request.path);
  call->parameter = std::move(match.parameter);
  Reply reply;
  if (match.route == nullptr) {
    reply = match.has_other_method
                ? error_reply(405, "another method than this path has", "")
                : error_reply(404, "there is nothing at this path", "a path of docs/openapi.json");
  } else if (auto refused = refusal_of(*match.route, *call)) {
    reply = std::move(*refused);
  } else if (match.route->way == Way::Stream && !is_head) {
    co_await stream(*call);
    co_return false;
  } else {
    reply = co_await reply_to(call, *match.route);
  }
  append_reply(reply, is_head, stays_open, connection_.output());
  if (!co_await flush()) co_return false;
  co_return stays_open;
}

net::Task<Reply> Session::reply_to(std::shared_ptr<Call> call, const Route& route) {
  if (route.answer == nullptr) co_return Reply{.status = 204};
  const auto answer = [call, &route]() -> Reply {
    try {
      return route.answer(*call);
    } catch (const std::bad_alloc&) {
      return error_reply(503, "there is no memory for an answer");
    }
  };
  if (route.way == Way::Here) co_return answer();
  co_return co_await net::run_blocking(server_.pool(), answer);
}

net::Task<void> Session::stream(const Call& call) {
  append_stream_header(connection_.output());
  const bool is_known = call.is(Role::Operator);
  const auto until = std::chrono::steady_clock::now() + kStreamTime;
  while (!workplace_.is_draining() && std::chrono::steady_clock::now() < until) {
    // A login that is over sees no more than a stranger; the page then asks for another one.
    if (call.login && !server_.desk().logins.find(call.login->token, std::chrono::steady_clock::now())) break;
    connection_.output() +=
        fmt::format("event: now\ndata: {}\n\n", boost::json::serialize(live_json(server_.desk(), is_known)));
    if (!co_await flush() || connection_.stream().is_peer_gone()) break;
    pause_.expires_after(kStreamPause);
    (void)co_await pause_.async_wait(net::kUseTask);
  }
}

}  // namespace backstop::http
