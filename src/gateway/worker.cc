#include "gateway/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "gateway/session.h"

namespace backstop::gateway {

namespace {

constexpr std::chrono::seconds kHouseTime{5};
// How often the next hops are asked again what they offer.
constexpr std::chrono::minutes kAskTime{5};

net::Task<void> serve(std::unique_ptr<Session> session) {
  co_await session->run();
}

}  // namespace

Worker::Worker(unsigned number, Shared& shared)
    : number_(number),
      shared_(shared),
      deadlines_(loop_),
      pool_(deadlines_, shared.hops, shared.watch),
      house_timer_(loop_) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::listen(net::ListeningSocket socket, std::string gateway) {
  auto on_accept = [this, gateway](net::Socket connection, net::Endpoint peer, net::Endpoint local) {
    auto session =
        std::make_unique<Session>(*this, gateway, std::move(connection), std::move(peer), std::move(local));
    net::asio::co_spawn(loop_, serve(std::move(session)), net::asio::detached);
  };
  listeners_.push_back(std::make_unique<net::Listener>(loop_, std::move(socket), std::move(on_accept)));
}

void Worker::start() {
  net::asio::co_spawn(loop_, deadlines_.run(), net::asio::detached);
  net::asio::co_spawn(loop_, keep_house(), net::asio::detached);
  if (number_ == 0) net::asio::co_spawn(loop_, ask_next_hops(), net::asio::detached);
  for (auto& listener : listeners_) net::asio::co_spawn(loop_, listener->run(), net::asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
}

void Worker::drain() {
  net::asio::post(loop_, [this] { begin_drain(); });
}

void Worker::begin_drain() {
  is_draining_ = true;
  for (auto& listener : listeners_) listener->stop();
  for (auto& session : sessions_) session.drain();
  end_if_done();
}

void Worker::hurry() {
  net::asio::post(loop_, [this] {
    is_hurrying_ = true;
    for (auto& session : sessions_) session.drain();
  });
}

void Worker::end_if_done() {
  if (is_draining_ && sessions_.empty()) loop_.stop();
}

// Every stream is closed, so that whatever waits ends and each session takes its own way out.
void Worker::stop() {
  net::asio::post(loop_, [this] {
    begin_drain();
    deadlines_.close_all();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

// Microseconds, and never the same twice; the worker's number in front keeps workers apart.
std::string Worker::next_id() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  last_id_ = std::max(last_id_ + 1, micros);
  return fmt::format("{:02x}{:x}", number_, last_id_);
}

void Worker::add(LiveSession& session) {
  sessions_.push_back(session);
}

void Worker::remove(LiveSession& session) {
  sessions_.erase(sessions_.iterator_to(session));
  end_if_done();
}

net::Task<void> Worker::keep_house() {
  while (!is_draining_) {
    house_timer_.expires_after(kHouseTime);
    const auto [failed] = co_await house_timer_.async_wait(net::kUseTask);
    if (failed) co_return;
    pool_.sweep(std::chrono::steady_clock::now());
  }
}

// What they offer is what clients may be offered: it is asked before the first client comes, and again.
net::Task<void> Worker::ask_next_hops() {
  net::Timer timer(loop_);
  while (!is_draining_) {
    const auto settings = shared_.settings.load();
    std::vector<const NextHop*> hops;
    for (const auto& gateway : settings->gateways) hops.push_back(&gateway.next_hop);
    for (const auto& domain : settings->domains) {
      if (domain.next_hop) hops.push_back(&*domain.next_hop);
    }
    for (const NextHop* const hop : hops) {
      if (hop->protocol == NextHopProtocol::Maildir || hop->identity == Identity::Proxy) continue;
      auto lease = co_await pool_.lease(*hop, {}, *settings, HopPool::Age::Fresh);
      if (lease) co_await pool_.give_back(std::move(lease->session), settings->limits);
    }
    timer.expires_after(kAskTime);
    const auto [failed] = co_await timer.async_wait(net::kUseTask);
    if (failed) co_return;
  }
}

}  // namespace backstop::gateway
