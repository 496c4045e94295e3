#include "gateway/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/session.h"
#include "gateway/worker.h"

namespace backstop::gateway {

namespace {

// How long stop() waits for a client that is in a transaction and says nothing: others wait for us to be
// back.
constexpr std::chrono::seconds kPatience{5};

/// Waits; returns false if it was told to stop before the time was over.
bool wait(std::chrono::seconds time, const std::stop_token& told) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, told, time, [] { return false; });
  return !told.stop_requested();
}

// An overlapping address that is given up is closed only after this one is opened. Sharing works if the same
// user opened both, so it fails if root opened the first and has become another user since.
base::Result<std::vector<net::ListeningSocket>> open(const ListenPlan::Place& place, std::size_t workers) {
  if (place.beside == nullptr) return net::listen(place.wanted, workers);
  auto sockets = net::listen(place.wanted, workers, net::Sharing::WithOurselves);
  if (sockets) return sockets;
  return std::unexpected(base::Error{
      fmt::format("can't listen on {} as long as gateway {} listens on {}, which it gives up by this: a "
                  "restart does both",
                  place.wanted.text(), place.beside->gateway, place.beside->endpoint.text())});
}

}  // namespace

Server::Server(std::shared_ptr<const Settings> settings, intake::Journal& events)
    : shared_(std::move(settings), events) {}

// Workers end first, since their sessions use what is shared; their blocking work must be over before they
// are destroyed.
Server::~Server() {
  for (auto& worker : workers_) worker->stop();
  for (auto& worker : workers_) worker->join();
  shared_.blocking.join();
  if (shared_.keeper) shared_.keeper->join();
  workers_.clear();
}

base::Result<std::unique_ptr<Server>> Server::bind(std::shared_ptr<const Settings> settings, unsigned workers,
                                                   intake::Journal& events) {
  std::unique_ptr<Server> server(new Server(settings, events));
  for (unsigned i = 0; i < std::max(1U, workers); ++i) {
    server->workers_.push_back(std::make_unique<Worker>(i, server->shared_, &Session::make));
  }
  auto rebinding = server->rebind(*settings);
  if (!rebinding) return std::unexpected(rebinding.error());
  server->reload(std::move(settings), std::move(*rebinding));
  return server;
}

void Server::keep_in(std::unique_ptr<store::Quarantine> quarantine,
                     std::unique_ptr<store::Quarantine> for_upkeep,
                     const store::QuarantineSettings& settings) {
  const bool is_held = settings.place == store::KeptPlace::Held;
  (is_held ? shared_.held_keeper : shared_.keeper) = std::make_unique<intake::Keeper>(
      std::move(quarantine), shared_.events, intake::Keeper::Limits{}, settings.place);
  (is_held ? shared_.held_upkeep : shared_.quarantine_upkeep) =
      std::make_unique<QuarantineUpkeep>(std::move(for_upkeep), settings);
}

void Server::open_side_door(std::vector<net::ListeningSocket> sockets,
                            const intake::MakeSession& make_session) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->open_side_door(std::move(sockets.at(i)), make_session);
  }
}

void Server::start() {
  for (auto& worker : workers_) worker->start();
  is_started_ = true;
}

base::Result<Server::Rebinding> Server::rebind(const Settings& settings) {
  using Kind = Rebinding::Change::Kind;
  Rebinding rebinding;
  const auto plan = plan_listening(listening_, settings.gateways);
  for (const auto& place : plan.places) {
    if (place.running == nullptr) {
      auto sockets = open(place, workers_.size());
      if (!sockets) return std::unexpected(sockets.error());
      const Listening one{place.gateway, sockets->front().endpoint(), place.wanted, ++last_number_};
      rebinding.listening.push_back(one);
      rebinding.opened.push_back({one.number, std::move(*sockets)});
      rebinding.changes.push_back({Kind::Opened, one});
      continue;
    }
    const Listening& before = *place.running;
    const Listening one{place.gateway, before.endpoint, place.wanted, before.number};
    rebinding.listening.push_back(one);
    if (one.gateway != before.gateway) {
      rebinding.changes.push_back({Kind::TakenOver, one, before.gateway});
    }
  }
  for (const auto* one : plan.closed) rebinding.changes.push_back({Kind::Closed, *one});
  return rebinding;
}

// The settings come first: a client that a gone gateway still accepts from here on is told so.
void Server::reload(std::shared_ptr<const Settings> settings, Rebinding rebinding) {
  shared_.settings.store(settings);
  listening_ = std::move(rebinding.listening);
  const auto listening = std::make_shared<const std::vector<Listening>>(listening_);
  const auto done = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(workers_.size()));
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker::Addresses addresses{.settings = settings, .listening = listening, .opened = {}, .done = done};
    for (auto& one : rebinding.opened) {
      addresses.opened.push_back({one.number, std::move(one.sockets.at(i))});
    }
    workers_[i]->listen(std::move(addresses));
  }
  if (is_started_) done->wait();
}

void Server::stop(std::chrono::seconds limit) {
  for (auto& worker : workers_) worker->drain();
  std::jthread clock([this, limit](const std::stop_token& done) {
    if (!wait(std::min(limit, kPatience), done)) return;
    for (auto& worker : workers_) worker->hurry();
    if (wait(limit - std::min(limit, kPatience), done)) cut();
  });
  for (auto& worker : workers_) worker->join();
}

void Server::cut() {
  shared_.alarm.end();
  for (auto& worker : workers_) worker->stop();
}

namespace {

/// The answers of the workers so far. Shared with those that haven't answered yet.
struct Answers {
  std::mutex mutex;
  std::condition_variable came;
  Server::OpenNow sum;
};

}  // namespace

Server::OpenNow Server::count_sessions(std::chrono::milliseconds limit) {
  const auto answers = std::make_shared<Answers>();
  answers->sum.workers = workers_.size();
  for (auto& worker : workers_) {
    worker->count_sessions([answers](const OpenSessions& open) {
      const std::scoped_lock lock(answers->mutex);
      answers->sum.sessions += open;
      ++answers->sum.answered;
      answers->came.notify_one();
    });
  }
  std::unique_lock lock(answers->mutex);
  answers->came.wait_for(lock, limit, [&] { return answers->sum.answered == answers->sum.workers; });
  return answers->sum;
}

std::string Server::trouble_of(store::KeptPlace place) const {
  const auto& keeper = place == store::KeptPlace::Held ? shared_.held_keeper : shared_.keeper;
  return keeper ? keeper->trouble() : std::string();
}

}  // namespace backstop::gateway
