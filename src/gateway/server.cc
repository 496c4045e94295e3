#include "gateway/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/worker.h"

namespace backstop::gateway {

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
  std::jthread cutter([this, limit](const std::stop_token& done) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    if (wake.wait_for(lock, done, limit, [] { return false; }); !done.stop_requested()) {
      for (auto& worker : workers_) worker->stop();
    }
  });
  for (auto& worker : workers_) worker->join();
}

}  // namespace backstop::gateway
