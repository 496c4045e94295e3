// The extensions in the gateway's reply to EHLO: what it can do itself, and what all its next hops can do.
#pragma once

#include "gateway/client.h"
#include "gateway/settings.h"
#include "net/task.h"
#include "next_hop/directory.h"
#include "next_hop/pool.h"
#include "smtp/extensions.h"

namespace backstop::gateway {

/// The offer depends on these facts beside the settings.
struct OfferFacts {
  bool is_tls = false;
  bool may_authenticate = false;
  bool is_front_end = false;  ///< it may name its clients
};

/// `next_hops`: what all next hops of the gateway can do. Pure.
smtp::Extensions offer_for(const smtp::Extensions& next_hops, const Settings& settings,
                           const GatewaySettings& gateway, const OfferFacts& facts);

/// Returns what every next hop of the gateway can do. Asks those that are not known yet, unless a next hop is
/// known to be silent or the client has waited too long. `is_extended`: the client said EHLO. `count` counts
/// its sessions with next hops.
net::Task<smtp::Extensions> ask_next_hops(const Settings& settings, const GatewaySettings& gateway,
                                          next_hop::Directory& directory, next_hop::Pool& pool,
                                          const Client& client, bool is_extended,
                                          next_hop::ClientCount count);

}  // namespace backstop::gateway
