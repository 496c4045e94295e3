#include "http/server.h"

#include <chrono>

#include "http/session.h"

namespace backstop::http {

Server::Server(std::shared_ptr<const Settings> settings, intake::Journal& events)
    : doors_(kHttpName, events), public_doors_(kHttpName, events) {
  desk_.settings.store(std::move(settings));
  desk_.sources.journal = &events;
  desk_.started = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Server::~Server() {
  pool_.join();
}

base::Result<std::vector<intake::OpenDoor>> Server::bind(std::size_t workers) {
  const auto settings = desk_.settings.load();
  std::vector<intake::OpenDoor> opened;
  const auto open = [&](const net::Place& place, bool is_public) -> base::Result<void> {
    intake::Doors& doors = is_public ? public_doors_ : doors_;
    auto sockets = doors.open(place, *settings, workers);
    if (!sockets) return std::unexpected(sockets.error());
    auto make_session = [this, &doors, is_public, is_local = place.is_local()](
                            intake::Workplace& workplace, net::Socket socket,
                            const net::Endpoint& peer) -> std::unique_ptr<intake::LiveSession> {
      auto ticket = doors.admit(peer, true, *desk_.settings.load());
      if (!ticket) return nullptr;
      return std::make_unique<Session>(
          workplace, std::move(socket), *this, std::move(*ticket),
          Peer{.endpoint = peer, .is_local_socket = is_local, .is_public = is_public});
    };
    opened.push_back({.sockets = std::move(*sockets), .make_session = std::move(make_session)});
    return {};
  };
  for (const auto& place : settings->listen) {
    if (auto done = open(place, false); !done) return std::unexpected(done.error());
  }
  for (const auto& place : settings->public_listen) {
    if (auto done = open(place, true); !done) return std::unexpected(done.error());
  }
  return opened;
}

void Server::note(const store::Event& event) {
  desk_.live.add(event);
  desk_.events.add(event);
  desk_.alarms.add(event);
}

}  // namespace backstop::http
