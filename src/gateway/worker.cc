#include "gateway/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <utility>

namespace backstop::gateway {

namespace {

constexpr std::chrono::seconds kHouseTime{5};
// How often next hops are asked again what they offer.
constexpr std::chrono::minutes kAskTime{5};

// An exception in a session ends only that session: its connections close, and replies not yet sent are lost.
net::Task<void> serve(std::unique_ptr<LiveSession> session, Watch& watch) {
  try {
    co_await session->run();
  } catch (...) {
    watch.threw(Watch::Part::Session, std::current_exception());
  }
}

const Listening* find(const std::vector<Listening>& listening, std::uint64_t number) {
  const auto found = std::ranges::find(listening, number, &Listening::number);
  return found == listening.end() ? nullptr : &*found;
}

template <typename Counts>
void add_counts(const Counts& more, Counts& counts) {
  for (const auto& [name, count] : more) counts[name] += count;
}

}  // namespace

OpenSessions& OpenSessions::operator+=(const OpenSessions& more) {
  add_counts(more.clients, clients);
  add_counts(more.idle, idle);
  return *this;
}

Worker::Worker(unsigned number, Shared& shared, MakeSession make_session)
    : number_(number),
      id_front_(fmt::format("{:02x}", number)),
      shared_(shared),
      make_session_(std::move(make_session)),
      upkeep_(loop_.context(), shared.watch),
      pool_(loop_, shared.hops, shared.alarm),
      dns_(loop_.context(), shared.dkim_keys, shared.answers),
      house_timer_(loop_.context()) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::listen(Addresses addresses) {
  net::asio::post(loop_.context(), [this, addresses = std::move(addresses)]() mutable {
    const auto done = addresses.done;
    try {
      change_doors(std::move(addresses));
    } catch (...) {
      shared_.watch.threw(Watch::Part::Accepting, std::current_exception());
    }
    done->count_down();
  });
}

void Worker::change_doors(Addresses addresses) {
  if (is_draining_) return;
  std::erase_if(doors_, [&](Door& door) {
    const auto* const one = find(*addresses.listening, door.number);
    if (one == nullptr) {
      door.listener->stop();
    } else {
      *door.entrance = {.gateway = one->gateway, .settings = addresses.settings};
    }
    return one == nullptr;
  });
  for (auto& opened : addresses.opened) {
    const auto* const one = find(*addresses.listening, opened.number);
    open_door(std::move(opened), {.gateway = one->gateway, .settings = addresses.settings});
  }
  for (auto& session : sessions_) session.look_again();
}

void Worker::open_door(Addresses::Opened opened, Entrance entrance) {
  auto leads_to = std::make_shared<Entrance>(std::move(entrance));
  auto on_accept = [this, leads_to](net::Socket connection, net::Endpoint peer, net::Endpoint local) {
    run(make_session_(*this, *leads_to, std::move(connection), peer, std::move(local)));
  };
  auto listener = listen(std::move(opened.socket), std::move(on_accept));
  doors_.push_back({opened.number, std::move(leads_to), std::move(listener)});
}

void Worker::open_side_door(net::ListeningSocket socket, intake::MakeSession make_session) {
  // A posted function must be copyable.
  auto shared_socket = std::make_shared<net::ListeningSocket>(std::move(socket));
  net::asio::post(loop_.context(), [this, shared_socket, make_session = std::move(make_session)] {
    if (is_draining_) return;
    auto on_accept = [this, make_session](net::Socket connection, const net::Endpoint& peer,
                                          const net::Endpoint&) {
      run(make_session(*this, std::move(connection), peer));
    };
    side_doors_.push_back(listen(std::move(*shared_socket), std::move(on_accept)));
  });
}

std::shared_ptr<net::Listener> Worker::listen(net::ListeningSocket socket,
                                              net::Listener::OnAccept on_accept) {
  auto listener = std::make_shared<net::Listener>(loop_.context(), std::move(socket), std::move(on_accept));
  // The listener must outlive the task that waits for its connections, even if the worker has let go of it.
  upkeep_.add(Watch::Part::Accepting, [listener] { return listener->run(); });
  return listener;
}

void Worker::run(std::unique_ptr<LiveSession> session) {
  if (session == nullptr) return;
  net::asio::co_spawn(loop_.context(), serve(std::move(session), shared_.watch), net::asio::detached);
}

intake::KeyLookUps* Worker::key_look_ups() {
  const auto settings = shared_.settings.load();
  dns_.use(*settings);
  return dns_.key_look_ups(*settings);
}

void Worker::start() {
  upkeep_.add(Watch::Part::Deadlines, [this] { return loop_.deadlines().run(); });
  upkeep_.add(Watch::Part::House, [this] { return keep_house(); });
  if (number_ == 0) upkeep_.add(Watch::Part::NextHops, [this] { return ask_next_hops(); });
  for (auto* const upkeep : {shared_.quarantine_upkeep.get(), shared_.held_upkeep.get()}) {
    if (number_ != 0 || upkeep == nullptr) continue;
    upkeep_.add(Watch::Part::Quarantine, [this, upkeep] { return keep_in_order(*upkeep); });
  }
  thread_ = std::thread([this] { upkeep_.run(); });
}

void Worker::drain() {
  net::asio::post(loop_.context(), [this] { begin_drain(); });
}

void Worker::begin_drain() {
  is_draining_ = true;
  for (auto& door : doors_) door.listener->stop();
  for (auto& door : side_doors_) door->stop();
  for (auto& session : sessions_) session.drain();
  // Posted, so that it comes after a connection that a listener has accepted but not yet been told of.
  net::asio::post(loop_.context(), [this] { end_if_done(); });
}

void Worker::hurry() {
  net::asio::post(loop_.context(), [this] {
    is_hurrying_ = true;
    for (auto& session : sessions_) session.drain();
  });
}

void Worker::end_if_done() {
  if (!is_draining_ || !sessions_.empty()) return;
  try {
    unfinished_checks_.end();
  } catch (...) {
    shared_.watch.threw(Watch::Part::House, std::current_exception());
  }
  upkeep_.end();
}

// Sessions that wait for their client say why they end. Then all streams are closed, which ends every other
// wait, and each session leaves by its normal path.
void Worker::stop() {
  net::asio::post(loop_.context(), [this] {
    is_hurrying_ = is_stopped_ = true;
    begin_drain();
    dns_.stop();
    net::asio::post(loop_.context(), [this] { loop_.close_all(); });
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::count_sessions(std::function<void(OpenSessions)> told) {
  net::asio::post(loop_.context(), [this, told = std::move(told)] {
    OpenSessions open;
    for (const auto& session : sessions_) ++open.clients[session.gateway_name()];
    open.idle = pool_.idle();
    told(std::move(open));
  });
}

// The time in microseconds, and never the same twice. The worker's number in front keeps workers apart.
std::string Worker::next_id() {
  const auto now = shared_.clock().time_since_epoch();
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  last_id_ = std::max(last_id_ + 1, micros);
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), last_id_, 16).ptr;
  return std::string(id_front_).append(digits.data(), end);
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
    const auto now = std::chrono::steady_clock::now();
    pool_.sweep(now);
    if (number_ == 0) shared_.surges.look(std::chrono::floor<std::chrono::seconds>(shared_.clock()));
    const auto nearly_full = shared_.hops.nearly_full(now);
    if (nearly_full.empty()) continue;
    for (auto& session : sessions_) session.give_way(nearly_full);
  }
}

net::Task<void> Worker::keep_in_order(QuarantineUpkeep& upkeep) {
  net::Timer timer(loop_.context());
  while (!is_draining_) {
    co_await upkeep.look(shared_, pool_, is_draining_);
    timer.expires_after(QuarantineUpkeep::kPause);
    const auto [failed] = co_await timer.async_wait(net::kUseTask);
    if (failed) co_return;
  }
}

// Clients may be offered only what next hops offer, so those are asked before the first client comes, and
// again from time to time.
net::Task<void> Worker::ask_next_hops() {
  net::Timer timer(loop_.context());
  while (!is_draining_) {
    const auto settings = shared_.settings.load();
    std::vector<const next_hop::NextHop*> hops;
    for (const auto& gateway : settings->gateways) hops.push_back(&gateway.next_hop);
    for (const auto& domain : settings->domains) {
      if (domain.next_hop) hops.push_back(&*domain.next_hop);
    }
    for (const next_hop::NextHop* const hop : hops) {
      if (hop->protocol == next_hop::Protocol::Maildir || hop->identity == next_hop::Identity::Proxy)
        continue;
      auto lease = co_await pool_.lease(*hop, {}, settings->next_hop_context(), next_hop::Pool::Age::Fresh);
      if (lease) co_await pool_.give_back(std::move(lease->session), settings->limits);
    }
    timer.expires_after(kAskTime);
    const auto [failed] = co_await timer.async_wait(net::kUseTask);
    if (failed) co_return;
  }
}

}  // namespace backstop::gateway
