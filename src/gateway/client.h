// The client of a session: its address, its names and its rights. They come from the connection, from a PROXY
// header, or from XCLIENT and XFORWARD of a trusted host. Belongs to one session; not thread-safe.
//
// XCLIENT begins another client, until the next XCLIENT. XFORWARD names the client whose mail one transaction
// brings, and changes nothing else in the session.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/client_counts.h"
#include "gateway/settings.h"
#include "intake/transaction.h"
#include "net/endpoint.h"
#include "net/proxy_header.h"
#include "next_hop/session.h"
#include "smtp/client_attributes.h"

namespace backstop::gateway {

class Client {
 public:
  /// `peer` and `local` are the ends of the connection itself.
  Client(const net::Endpoint& peer, net::Endpoint local);

  void take_proxy_header(const net::ProxyHeader& header);
  /// Takes the name of EHLO or HELO.
  void greet(std::string name) { helo_ = std::move(name); }
  /// Forgets the name of EHLO or HELO: it came in the clear before TLS, and must come again.
  void forget_greeting() { helo_.clear(); }

  /// Takes one XCLIENT. Returns true if it begins another client. XCLIENT commands in a row describe one
  /// client together, as long as no attribute comes twice (XCLIENT_README).
  bool take_xclient(const smtp::ClientAttributes& told);
  /// Notes that another command came, so the next XCLIENT begins another client.
  void end_xclient() { told_in_row_.reset(); }
  /// Takes one XFORWARD, until forget_forwarded().
  void take_xforward(const smtp::ClientAttributes& told);
  void forget_forwarded();
  bool is_forwarded() const { return own_ != nullptr; }

  const ClientCounts::Address& address() const { return peer_.address; }
  /// The address as text; "unknown" if XCLIENT or XFORWARD said that nobody knows it.
  const std::string& text() const { return text_; }
  /// The address as RFC 5321 4.1.3 writes it.
  const std::string& literal() const { return literal_; }
  const std::string& helo() const { return helo_; }
  /// The host name that XCLIENT or XFORWARD told, else empty: no name is looked up.
  std::string_view name() const { return told_.name ? *told_.name : std::string_view(); }
  /// True if the client said EHLO. `own` says so for this session; a protocol that XCLIENT or XFORWARD told
  /// counts before it.
  bool is_extended(bool own) const;

  /// True if it may name its clients with XCLIENT and XFORWARD.
  bool is_front_end(const GatewaySettings& gateway) const;
  /// True if it is a host of ours in front of us, which would bounce what we refuse. XFORWARD doesn't count
  /// here: it tells whose mail it is, not who brings it.
  bool is_relay(const GatewaySettings& gateway) const;
  /// True if it may send without AUTH.
  bool is_trusted(const GatewaySettings& gateway) const;
  /// True if it brings the mail of many: it submits for a whole site, or XFORWARD told whose mail it is.
  bool is_many(const GatewaySettings& gateway) const;
  /// Returns what intake judges its rights by.
  intake::ClientFacts facts(const GatewaySettings& gateway, bool is_authenticated) const;
  /// Returns the address that its sessions count for. nullopt for a relay, and for a front end that has not
  /// named its client: both have as many sessions as all their clients together.
  std::optional<ClientCounts::Address> counted(const GatewaySettings& gateway) const;

  /// Returns what a next hop is told of it. `own`: as for is_extended(). `count` counts its sessions with
  /// next hops.
  next_hop::ClientIdentity identity(const next_hop::NextHop& hop, bool own,
                                    next_hop::ClientCount count) const;

 private:
  /// The client of this session, while XFORWARD names another.
  struct Own {
    net::Endpoint peer;
    std::string helo;
    smtp::ClientAttributes told;
  };

  const net::Endpoint& own_peer() const { return own_ ? own_->peer : peer_; }
  void set_peer(const net::Endpoint& peer);
  void take(const smtp::ClientAttributes& told);

  net::Endpoint direct_;     ///< of the connection itself
  net::Endpoint connected_;  ///< as PROXY told it, if it did
  net::Endpoint peer_;       ///< as XCLIENT or XFORWARD told it, if they did
  net::Endpoint local_;
  std::string text_;
  std::string literal_;
  std::string helo_;
  smtp::ClientAttributes told_;                          ///< by XCLIENT and XFORWARD
  std::unique_ptr<smtp::ClientAttributes> told_in_row_;  ///< by XCLIENT since another command came
  std::unique_ptr<Own> own_;                             ///< null unless XFORWARD names another client
};

}  // namespace backstop::gateway
