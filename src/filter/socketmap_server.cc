#include "filter/socketmap_server.h"

#include "filter/socketmap_session.h"

namespace backstop::filter {

SocketmapServer::SocketmapServer(std::shared_ptr<const Settings> settings, intake::Journal& events)
    : settings_(std::move(settings)), doors_(kSocketmapName, events) {}

base::Result<std::vector<intake::OpenDoor>> SocketmapServer::bind(std::size_t workers) {
  const auto settings = settings_.load();
  std::vector<intake::OpenDoor> opened;
  for (const auto& place : settings->socketmap.listen) {
    auto sockets = doors_.open(place, settings->socketmap, workers);
    if (!sockets) return std::unexpected(sockets.error());
    auto make_session = [this, is_local = place.is_local()](
                            intake::Workplace& workplace, net::Socket socket,
                            const net::Endpoint& peer) -> std::unique_ptr<intake::LiveSession> {
      auto ticket = doors_.admit(peer, is_local, settings_.load()->socketmap);
      if (!ticket) return nullptr;
      return std::make_unique<SocketmapSession>(workplace, std::move(socket), *this, std::move(*ticket),
                                                intake::name_of(peer, is_local));
    };
    opened.push_back({.sockets = std::move(*sockets), .make_session = std::move(make_session)});
  }
  return opened;
}

}  // namespace backstop::filter
