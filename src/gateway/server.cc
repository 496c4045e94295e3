#include "gateway/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/worker.h"

namespace backstop::gateway {

namespace {

// For a client that is in a transaction and says nothing: others wait for us to be back.
constexpr std::chrono::seconds kPatience{5};

/// False where it was told to stop before.
bool wait(std::chrono::seconds time, const std::stop_token& told) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, told, time, [] { return false; });
  return !told.stop_requested();
}

}  // namespace

Server::Server(std::shared_ptr<const Settings> settings, EventSink& events)
    : shared_(std::move(settings), events) {}

// Workers first: their sessions use what is shared, and their blocking work has to be over before they go.
Server::~Server() {
  for (auto& worker : workers_) worker->stop();
  for (auto& worker : workers_) worker->join();
  shared_.blocking.join();
  workers_.clear();
}

base::Result<std::unique_ptr<Server>> Server::bind(std::shared_ptr<const Settings> settings, unsigned workers,
                                                   EventSink& events) {
  std::unique_ptr<Server> server(new Server(settings, events));
  for (unsigned i = 0; i < std::max(1U, workers); ++i) {
    server->workers_.push_back(std::make_unique<Worker>(i, server->shared_));
  }
  for (const auto& gateway : settings->gateways) {
    for (const auto& endpoint : gateway.listen) {
      auto sockets = net::listen(endpoint, server->workers_.size());
      if (!sockets) return std::unexpected(sockets.error());
      server->listening_.push_back({gateway.name, sockets->front().endpoint()});
      for (std::size_t i = 0; i < sockets->size(); ++i) {
        server->workers_[i]->listen(std::move((*sockets)[i]), gateway.name);
      }
    }
  }
  return server;
}

void Server::start() {
  for (auto& worker : workers_) worker->start();
}

void Server::reload(std::shared_ptr<const Settings> settings) {
  shared_.settings.store(std::move(settings));
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
  shared_.watch.end();
  for (auto& worker : workers_) worker->stop();
}

}  // namespace backstop::gateway
