#include "app/demo_crowd.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "net/deadlines.h"
#include "smtp/stuffing.h"

namespace backstop::app {

namespace {

using gateway::HopResult;
using gateway::HopSession;
using net::Task;

constexpr std::chrono::seconds kReplyTime{30};
constexpr std::chrono::milliseconds kWatchTime{100};

Task<HopResult<smtp::Reply>> send_envelope(HopSession& session, const DemoMail& mail) {
  const std::string_view body = session.extensions().eight_bit_mime ? " BODY=8BITMIME" : "";
  std::string from = "MAIL FROM:<" + mail.reverse_path + ">";
  from.append(body).append("\r\n");
  auto reply = co_await session.ask_one(from, kReplyTime);
  if (!reply || !reply->is_positive()) co_return reply;
  const std::string to = "RCPT TO:<" + mail.recipient + ">\r\n";
  reply = co_await session.ask_one(to, kReplyTime);
  // The refusal is what counts; the session is to be ready for the next mail.
  if (reply && !reply->is_positive()) {
    const auto reset = co_await session.ask_one("RSET\r\n", kReplyTime);
    if (!reset) co_return std::unexpected(reset.error());
  }
  co_return reply;
}

/// The whole transaction, up to the reply that decides about the mail.
Task<HopResult<smtp::Reply>> send_mail(HopSession& session, const DemoMail& mail) {
  auto reply = co_await send_envelope(session, mail);
  if (!reply || !reply->is_positive()) co_return reply;
  reply = co_await session.ask_one("DATA\r\n", kReplyTime);
  if (!reply || !reply->is_intermediate()) co_return reply;
  std::string plain;
  for (const char c : mail.text) {
    if (c == '\n') plain += '\r';
    plain += c;
  }
  std::string wire;
  smtp::Stuffer stuffer;
  stuffer.append(plain, wire);
  stuffer.finish(wire);
  co_return co_await session.ask_one(wire, kReplyTime);
}

// An error of our own ends the crowd, and is told by whoever runs it.
void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

class Crowd {
 public:
  Crowd(std::vector<DemoSender> senders, const CrowdSettings& settings, CrowdWatcher& watcher)
      : senders_(std::move(senders)),
        settings_(settings),
        watcher_(watcher),
        deadlines_(loop_),
        watch_timer_(loop_),
        working_(settings.connections) {
    hop_.target = {.host = settings.gateway.address.to_string(), .port = settings.gateway.port, .path = {}};
    hop_.tls = gateway::NextHopTls::Never;
  }

  bool run() {
    net::asio::co_spawn(loop_, deadlines_.run(), rethrow);
    net::asio::co_spawn(loop_, watch(), rethrow);
    for (std::size_t i = 0; i < settings_.connections; ++i) {
      net::asio::co_spawn(loop_, work(), rethrow);
    }
    loop_.run();
    return !is_stopped_;
  }

 private:
  Task<void> watch() {
    while (working_ > 0 && watcher_.goes_on()) {
      watch_timer_.expires_after(kWatchTime);
      co_await watch_timer_.async_wait(net::kUseTask);
    }
    if (working_ == 0) co_return;
    is_stopped_ = true;
    deadlines_.close_all();
  }

  // One connection after the other, each for the next sender that nobody has taken yet.
  Task<void> work() {
    while (!is_stopped_ && next_ < senders_.size()) co_await serve(senders_[next_++]);
    if (--working_ > 0) co_return;
    watch_timer_.cancel();
    deadlines_.stop();
  }

  Task<HopResult<std::unique_ptr<HopSession>>> connect(const DemoSender& sender) {
    gateway::ClientIdentity identity;
    identity.attributes.address = sender.address;
    identity.attributes.name = sender.helo;
    identity.attributes.helo = sender.helo;
    const gateway::HopContext context{deadlines_, sender.helo, limits_, nullptr};
    auto session = co_await HopSession::open(hop_, identity, context);
    if (!session || sender.address.empty()) co_return session;
    if (auto told = co_await (*session)->announce(identity, context); !told) {
      co_return std::unexpected(told.error());
    }
    co_return session;
  }

  Task<void> serve(const DemoSender& sender) {
    const auto session = co_await connect(sender);
    for (const auto& mail : sender.mails) {
      if (is_stopped_) co_return;
      HopResult<smtp::Reply> answer;
      if (!session) {
        answer = std::unexpected(session.error());
      } else {
        answer = co_await send_mail(**session, mail);
      }
      if (is_stopped_) co_return;
      watcher_.answered(mail, answer);
      co_await pause();
    }
    if (session) (void)co_await (*session)->ask_one("QUIT\r\n", kReplyTime);
  }

  Task<void> pause() {
    if (settings_.pause.count() == 0) co_return;
    net::Timer timer(loop_);
    timer.expires_after(settings_.pause);
    co_await timer.async_wait(net::kUseTask);
  }

  std::vector<DemoSender> senders_;
  CrowdSettings settings_;
  CrowdWatcher& watcher_;
  gateway::Limits limits_;
  gateway::NextHop hop_;
  net::asio::io_context loop_{1};
  net::Deadlines deadlines_;
  net::Timer watch_timer_;
  std::size_t next_ = 0;  ///< of senders_: the first that nobody has taken
  std::size_t working_;   ///< connections that are not done
  bool is_stopped_ = false;
};

}  // namespace

bool deliver(std::vector<DemoSender> senders, const CrowdSettings& settings, CrowdWatcher& watcher) {
  return Crowd(std::move(senders), settings, watcher).run();
}

}  // namespace backstop::app
