// The addresses that the gateways listen at, and how a reload changes them. Pure: nothing is bound here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/settings.h"
#include "net/endpoint.h"

namespace backstop::gateway {

/// An address that is listened at.
struct Listening {
  std::string gateway;
  net::Endpoint endpoint;    ///< with the port that the system chose
  net::Endpoint wanted;      ///< as it was configured
  std::uint64_t number = 0;  ///< never given twice
};

struct ListenPlan {
  /// An address of the new configuration, in its order.
  struct Place {
    std::string gateway;
    net::Endpoint wanted;
    const Listening* running = nullptr;  ///< what listens there already; null: it must be opened
    /// One of ours that is given up, but overlaps with this while it is opened, as 0.0.0.0:25 does with
    /// 127.0.0.1:25; else null.
    const Listening* beside = nullptr;
  };

  std::vector<Place> places;
  std::vector<const Listening*> closed;
};

/// Plans a reload. An address that stays is not touched, so that no connection to it is lost. It stays, too,
/// if it goes from one gateway to another, as when a gateway is renamed. Port 0 is another address each time,
/// so it stays only with its own gateway. The plan points into `running`.
ListenPlan plan_listening(const std::vector<Listening>& running, const std::vector<GatewaySettings>& wanted);

/// True if only sockets that share can listen at both: they are the same, or one of them is every address of
/// its family.
bool overlap(const net::Endpoint& one, const net::Endpoint& other);

}  // namespace backstop::gateway
