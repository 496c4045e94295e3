#include "filter/milter_server.h"

#include <optional>
#include <utility>

#include "filter/milter_session.h"
#include "intake/event_of.h"

namespace backstop::filter {

MilterServer::MilterServer(std::shared_ptr<const Settings> settings, intake::Journal& events)
    : settings_(std::move(settings)), doors_(intake::kMilterName, events) {}

base::Result<std::vector<intake::OpenDoor>> MilterServer::bind(std::size_t workers) {
  const auto settings = settings_.load();
  std::vector<intake::OpenDoor> opened;
  const auto open_all = [&](const std::vector<net::Place>& places, Door door) -> base::Result<void> {
    for (const auto& place : places) {
      auto one = open(place, door, workers);
      if (!one) return std::unexpected(one.error());
      opened.push_back(std::move(*one));
    }
    return {};
  };
  if (auto done = open_all(settings->milter.listen, Door::Smtp); !done) return std::unexpected(done.error());
  if (auto done = open_all(settings->milter.internal, Door::Internal); !done)
    return std::unexpected(done.error());
  return opened;
}

base::Result<intake::OpenDoor> MilterServer::open(const net::Place& place, Door door, std::size_t workers) {
  auto sockets = doors_.open(place, settings_.load()->milter, workers);
  if (!sockets) return std::unexpected(sockets.error());
  auto make_session = [this, door, is_local = place.is_local()](
                          intake::Workplace& workplace, net::Socket socket,
                          const net::Endpoint& peer) -> std::unique_ptr<intake::LiveSession> {
    auto ticket = doors_.admit(peer, is_local, settings_.load()->milter);
    if (!ticket) return nullptr;
    return std::make_unique<MilterSession>(workplace, std::move(socket), *this, std::move(*ticket), door,
                                           intake::name_of(peer, is_local));
  };
  return intake::OpenDoor{.sockets = std::move(*sockets), .make_session = std::move(make_session)};
}

}  // namespace backstop::filter
