// The extensions in the gateway's reply to EHLO: those that it provides itself, and those that each of its
// next hops has.
#pragma once

#include "gateway/client.h"
#include "gateway/settings.h"
#include "net/task.h"
#include "next_hop/directory.h"
#include "next_hop/pool.h"
#include "smtp/extensions.h"

namespace backstop::gateway {

/// What the offer depends on beside the settings.
struct OfferFacts {
  bool is_tls = false;
  bool may_authenticate = false;
  bool is_front_end = false;  ///< it may name its clients
};

/// Returns the extensions to offer. `next_hops`: those that every next hop of the gateway has. Pure.
smtp::Extensions offer_for(const smtp::Extensions& next_hops, const Settings& settings,
                           const GatewaySettings& gateway, const OfferFacts& facts);

/// Returns the extensions that every next hop of the gateway has. Asks those that are not known yet, unless a
/// next hop is known to be silent or the client has waited for 5 seconds. One that can't be asked counts as
/// having 8BITMIME and SMTPUTF8. `is_extended`: the client said EHLO. `count` counts its sessions with them.
net::Task<smtp::Extensions> ask_next_hops(const Settings& settings, const GatewaySettings& gateway,
                                          next_hop::Directory& directory, next_hop::Pool& pool,
                                          const Client& client, bool is_extended,
                                          next_hop::ClientCount count);

}  // namespace backstop::gateway
