#include "intake/doors.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace backstop::intake {
namespace {

constexpr int kBacklog = 1024;

}  // namespace

std::string name_of(const net::Endpoint& peer, bool is_local) {
  return is_local ? std::string("a local server") : peer.text();
}

base::Result<std::vector<net::ListeningSocket>> Doors::open(const net::Place& place,
                                                            const net::DoorSettings& settings,
                                                            std::size_t workers) {
  net::Place real = place;
  base::Result<std::vector<net::ListeningSocket>> sockets;
  if (place.is_local()) {
    auto file =
        net::listen_local(place.path, {.mode = settings.mode, .group = settings.group, .backlog = kBacklog});
    if (!file) return std::unexpected(file.error());
    sockets = net::share(*file, workers);
    files_.push_back(std::move(*file));
  } else {
    sockets = net::listen(place.endpoint, workers);
    if (sockets) real.endpoint = sockets->front().endpoint();
  }
  if (sockets) listening_.push_back(std::move(real));
  return sockets;
}

std::optional<Ticket> Doors::admit(const net::Endpoint& peer, bool is_local,
                                   const net::DoorSettings& settings) {
  if (!is_local && !net::contains(settings.peers, peer.address)) {
    tell(strangers_, fmt::format("{0}: {1} may not connect: it is not in \"peers\" of [{0}]", section_,
                                 peer.address.to_string()));
    return std::nullopt;
  }
  if (++connections_ > settings.connections) {
    --connections_;
    tell(full_, fmt::format("{0}: a connection was closed: there are {1}, and no more are allowed by "
                            "\"connections\" in [{0}]",
                            section_, settings.connections));
    return std::nullopt;
  }
  return Ticket(connections_);
}

void Doors::tell_failure(std::string_view peer, std::string_view why) {
  tell(failures_, fmt::format("{}: the connection of {} was closed: {}", section_, peer, why));
}

void Doors::tell(base::Tally& tally, const std::string& line) {
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (tally.counts(std::chrono::steady_clock::now(), more))
    events_.notice(base::LogLevel::Warning, line + more);
}

}  // namespace backstop::intake
