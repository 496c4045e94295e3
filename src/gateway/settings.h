// The gateway's settings: plain values, checked by the room that makes them (config reads a TOML file).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "auth/authres.h"
#include "gateway/limits.h"
#include "intake/site.h"
#include "net/endpoint.h"
#include "net/tls.h"
#include "next_hop/session.h"
#include "store/event.h"

namespace backstop::gateway {

using store::Direction;
enum class ListenTls : std::uint8_t { None, StartTls, Required, Implicit };

struct GatewaySettings {
  std::string name;
  Direction direction = Direction::Inbound;
  std::vector<net::Endpoint> listen;
  next_hop::NextHop next_hop;
  ListenTls tls = ListenTls::None;   ///< Required: STARTTLS before anything else
  std::vector<net::Network> relays;  ///< inbound: hosts of ours that stand before us
  /// Inbound: what a hop of ours in front writes into Authentication-Results is believed, under these ids.
  std::vector<std::string> trusted_authserv;
  auth::AuthresPlace authserv_place = auth::AuthresPlace::Above;  ///< inbound: where that hop has them
  std::vector<net::Network> trusted;                              ///< outbound: who may send without AUTH
  std::vector<net::Network> proxy_protocol;  ///< balancers, whose connections begin with a PROXY header
  std::vector<net::Network> xclient;         ///< hosts whose XCLIENT and XFORWARD are taken
  std::vector<std::string>
      untagged;  ///< outbound: destinations whose mail is not tagged: domains as base::domain_key() folds
                 ///< them, addresses as mail::Address::folded() does
};

/// One consistent state of the configuration. A reload makes another; sessions take the newest at each
/// transaction.
struct Settings : intake::Site {
  std::string help_url;  ///< in refusals; may be empty
  std::vector<GatewaySettings> gateways;
  /// Where what the milter kept back goes when it is released, and what owners are told of it; may be null.
  std::shared_ptr<const next_hop::NextHop> milter_next_hop;
  Limits limits;
  net::TlsContext tls;                    ///< of the server's side; null without a certificate
  net::TlsContext next_hop_tls;           ///< of the client's side, certificates are not checked
  net::TlsContext next_hop_tls_verified;  ///< they are checked; null if no next hop asks for it
  std::string next_hop_ca;                ///< file; empty: the system's
  bool dkim_lookup = true;                ///< DKIM keys of our domains that `dkim_keys` doesn't have
  std::vector<net::Endpoint> resolvers;   ///< that are asked for them; none: the system's

  /// For sessions with next hops; it views these settings.
  next_hop::Context next_hop_context() const {
    return {hostname, limits, next_hop_tls, next_hop_tls_verified};
  }
};

}  // namespace backstop::gateway
