#include "demo/crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/loop.h"
#include "smtp/stuffing.h"

namespace backstop::demo {

namespace {

using net::Task;

constexpr std::chrono::seconds kReplyTime{30};
constexpr std::chrono::milliseconds kWatchTime{100};

Task<next_hop::Result<smtp::Reply>> send_envelope(next_hop::Session& session, const DemoMail& mail) {
  const std::string_view body = session.extensions().eight_bit_mime ? " BODY=8BITMIME" : "";
  std::string from = "MAIL FROM:<" + mail.reverse_path + ">";
  from.append(body).append("\r\n");
  auto reply = co_await session.ask_one(from, kReplyTime);
  if (!reply || !reply->is_positive()) co_return reply;
  const std::string to = "RCPT TO:<" + mail.recipient + ">\r\n";
  reply = co_await session.ask_one(to, kReplyTime);
  // The refusal is what counts; the session must be ready for the next mail.
  if (reply && !reply->is_positive()) {
    const auto reset = co_await session.ask_one("RSET\r\n", kReplyTime);
    if (!reset) co_return std::unexpected(reset.error());
  }
  co_return reply;
}

/// Runs the whole transaction; returns the reply that decides about the mail.
Task<next_hop::Result<smtp::Reply>> send_mail(next_hop::Session& session, const DemoMail& mail) {
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

// An error of our own ends the crowd; its caller reports it.
void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

class Crowd {
 public:
  Crowd(std::vector<DemoSender> senders, const CrowdSettings& settings, CrowdWatcher& watcher)
      : senders_(std::move(senders)),
        settings_(settings),
        watcher_(watcher),
        watch_timer_(loop_.context()),
        working_(settings.connections) {
    hop_.target = {.host = settings.gateway.address.to_string(), .port = settings.gateway.port, .path = {}};
    hop_.tls = next_hop::Tls::Never;
  }

  bool run() {
    net::asio::co_spawn(loop_.context(), loop_.deadlines().run(), rethrow);
    net::asio::co_spawn(loop_.context(), watch(), rethrow);
    for (std::size_t i = 0; i < settings_.connections; ++i) {
      net::asio::co_spawn(loop_.context(), work(), rethrow);
    }
    loop_.context().run();
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
    loop_.deadlines().close_all();
  }

  // Makes one connection after the other, each for the next sender that is not served yet.
  Task<void> work() {
    while (!is_stopped_ && next_ < senders_.size()) co_await serve(senders_[next_++]);
    if (--working_ > 0) co_return;
    watch_timer_.cancel();
    loop_.deadlines().stop();
  }

  Task<next_hop::Result<std::unique_ptr<next_hop::Session>>> connect(const DemoSender& sender) {
    next_hop::ClientIdentity identity;
    identity.attributes.address = sender.address;
    identity.attributes.name = sender.helo;
    identity.attributes.helo = sender.helo;
    const next_hop::Context context{sender.helo, limits_, no_tls_, no_tls_};
    auto session = co_await next_hop::Session::open(hop_, identity, context, loop_);
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
      next_hop::Result<smtp::Reply> answer;
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
    net::Timer timer(loop_.context());
    timer.expires_after(settings_.pause);
    co_await timer.async_wait(net::kUseTask);
  }

  std::vector<DemoSender> senders_;
  CrowdSettings settings_;
  CrowdWatcher& watcher_;
  next_hop::Limits limits_;
  net::TlsContext no_tls_;
  next_hop::NextHop hop_;
  net::Loop loop_{1};
  net::Timer watch_timer_;
  std::size_t next_ = 0;  ///< of senders_: the first that is not served yet
  std::size_t working_;   ///< connections that are not done
  bool is_stopped_ = false;
};

// Fewer than the errors after which a gateway ends a session.
constexpr std::size_t kForgedOfOne = 4;

constexpr auto kNames = std::to_array<std::string_view>(
    {"mail.harbour.test", "relay.alder.test", "mx.meadow.test", "out.willow.test", "smtp.quarry.test",
     "bounce.birch.test", "mta.orchard.test", "gw.colline.test", "post.wiese.test", "mx.mill.test"});

// From the networks for examples (RFC 5737): 250 addresses of each.
std::string address_of(std::size_t number) {
  constexpr std::array<std::string_view, 3> kNetworks = {"198.51.100", "203.0.113", "192.0.2"};
  return fmt::format("{}.{}", kNetworks[number / 250 % kNetworks.size()], number % 250 + 1);
}

DemoSender sender(std::size_t number, std::vector<DemoMail> mails) {
  return {.helo = fmt::format("{}.{}", fmt::format("n{}", number + 1), kNames[number % kNames.size()]),
          .address = address_of(number),
          .mails = std::move(mails)};
}

std::vector<std::vector<DemoMail>> in_groups(std::vector<DemoMail> mails) {
  std::vector<std::vector<DemoMail>> groups;
  for (auto& mail : mails) {
    if (groups.empty() || groups.back().size() == kForgedOfOne) groups.emplace_back();
    groups.back().push_back(std::move(mail));
  }
  return groups;
}

}  // namespace

bool deliver(std::vector<DemoSender> senders, const CrowdSettings& settings, CrowdWatcher& watcher) {
  return Crowd(std::move(senders), settings, watcher).run();
}

DemoSender desk_of_ann(std::vector<DemoMail> mails) {
  return {.helo = "desk.example.org", .address = {}, .mails = std::move(mails)};
}

DemoSender server_elsewhere(std::vector<DemoMail> mails) {
  return {.helo = std::string(kServerElsewhere), .address = "192.0.2.250", .mails = std::move(mails)};
}

std::vector<DemoSender> world(std::vector<DemoMail> forged, std::vector<DemoMail> others) {
  auto groups = in_groups(std::move(forged));
  std::vector<DemoSender> senders;
  std::size_t placed = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    senders.push_back(sender(senders.size(), std::move(groups[i])));
    // The others are spread evenly among the forged.
    const std::size_t due = others.size() * (i + 1) / groups.size();
    for (; placed < due; ++placed) senders.push_back(sender(senders.size(), {std::move(others[placed])}));
  }
  return senders;
}

}  // namespace backstop::demo
