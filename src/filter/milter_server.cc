#include "filter/milter_server.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "filter/milter_session.h"

namespace backstop::filter {
namespace {

constexpr int kBacklog = 1024;

}  // namespace

MilterServer::MilterServer(std::shared_ptr<const Settings> settings, intake::Journal& events)
    : settings_(std::move(settings)), events_(events) {}

base::Result<std::vector<MilterServer::Opened>> MilterServer::bind(std::size_t workers) {
  const auto settings = settings_.load();
  std::vector<Opened> opened;
  const auto open_all = [&](const std::vector<Place>& places, Door door) -> base::Result<void> {
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

base::Result<MilterServer::Opened> MilterServer::open(const Place& place, Door door, std::size_t workers) {
  const auto settings = settings_.load();
  Place real = place;
  base::Result<std::vector<net::ListeningSocket>> sockets;
  if (place.is_local()) {
    auto file = net::listen_local(
        place.path, {.mode = settings->milter.mode, .group = settings->milter.group, .backlog = kBacklog});
    if (!file) return std::unexpected(file.error());
    sockets = net::share(*file, workers);
    files_.push_back(std::move(*file));
  } else {
    sockets = net::listen(place.endpoint, workers);
    if (sockets) real.endpoint = sockets->front().endpoint();
  }
  if (!sockets) return std::unexpected(sockets.error());
  listening_.push_back(std::move(real));
  return Opened{
      .sockets = std::move(*sockets),
      .make_session = [this, door, is_local = place.is_local()](
                          intake::Workplace& workplace, net::Socket socket, const net::Endpoint& peer) {
        return make_session(workplace, std::move(socket), peer, door, is_local);
      }};
}

// Returns null, which closes the connection, for a stranger and past the limit.
std::unique_ptr<intake::LiveSession> MilterServer::make_session(intake::Workplace& workplace,
                                                                net::Socket socket, const net::Endpoint& peer,
                                                                Door door, bool is_local) {
  const auto settings = settings_.load();
  if (!is_local && !net::contains(settings->milter.peers, peer.address)) {
    tell(strangers_, fmt::format("milter: {} may not connect: it is not in \"peers\" of [milter]",
                                 peer.address.to_string()));
    return nullptr;
  }
  if (++connections_ > settings->milter.connections) {
    --connections_;
    tell(full_, fmt::format("milter: a connection was closed: there are {}, and no more are allowed by "
                            "\"connections\" in [milter]",
                            settings->milter.connections));
    return nullptr;
  }
  return std::make_unique<MilterSession>(workplace, std::move(socket), *this, Ticket(connections_), door,
                                         is_local ? std::string("a local server") : peer.text());
}

void MilterServer::tell_failure(std::string_view peer, std::string_view why) {
  tell(failures_, fmt::format("milter: the connection of {} was closed: {}", peer, why));
}

void MilterServer::tell(base::Tally& tally, const std::string& line) {
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (tally.counts(std::chrono::steady_clock::now(), more))
    events_.notice(base::LogLevel::Warning, line + more);
}

}  // namespace backstop::filter
