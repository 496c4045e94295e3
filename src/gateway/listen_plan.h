// The addresses that the gateways listen at, and what a reload makes of them: pure, nothing is bound here.
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
    const Listening* running = nullptr;  ///< what goes on to listen there; null: it is to be opened
    /// To be opened beside one of ours that overlaps with it, as 0.0.0.0:25 does with 127.0.0.1:25, and that
    /// is given up: by its address; else null.
    const Listening* beside = nullptr;
  };

  std::vector<Place> places;
  std::vector<const Listening*> closed;
};

/// What stays is not touched, so that no connection to it is lost: an address that goes from one gateway to
/// another, as in a change of its name, stays, too. Port 0, which is another address each time, stays with
/// its gateway alone. The plan points into `running`.
ListenPlan plan_listening(const std::vector<Listening>& running, const std::vector<GatewaySettings>& wanted);

/// Both can't be listened at, unless by sockets that share: the same, or one of them is every address of its
/// family.
bool overlap(const net::Endpoint& one, const net::Endpoint& other);

}  // namespace backstop::gateway
