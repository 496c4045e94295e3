#include "gateway/client.h"

#include <utility>

namespace backstop::gateway {

Client::Client(const net::Endpoint& peer, net::Endpoint local)
    : direct_(peer), connected_(peer), local_(std::move(local)) {
  set_peer(peer);
}

void Client::set_peer(const net::Endpoint& peer) {
  peer_ = peer;
  text_ = peer.address.to_string();
  literal_ = net::address_literal(peer.address);
  if (peer.address.is_unspecified()) text_ = literal_ = "unknown";
}

void Client::take_proxy_header(const net::ProxyHeader& header) {
  if (header.source) set_peer(*header.source);
  connected_ = peer_;
  if (header.destination) local_ = *header.destination;
}

void Client::take(const smtp::ClientAttributes& told) {
  smtp::merge(told, told_);
  if (told.address) {
    boost::system::error_code failed;
    const auto address = net::asio::ip::make_address(*told.address, failed);
    // If nobody knows its address, it is no host of ours.
    set_peer(failed ? net::Endpoint() : net::Endpoint{address, told_.port.value_or(0)});
  } else if (told.port) {
    peer_.port = *told.port;
  }
  if (told.helo) helo_ = *told.helo;
}

bool Client::take_xclient(const smtp::ClientAttributes& told) {
  forget_forwarded();
  const bool is_another = !told_in_row_ || smtp::share_an_attribute(told, *told_in_row_);
  if (is_another) {
    // Only the connection is known of it, until XCLIENT tells more.
    set_peer(connected_);
    helo_.clear();
    told_ = {};
    told_in_row_ = std::make_unique<smtp::ClientAttributes>();
  }
  smtp::merge(told, *told_in_row_);
  take(told);
  return is_another;
}

// The client that XFORWARD names has none of the attributes of this session's own client.
void Client::take_xforward(const smtp::ClientAttributes& told) {
  if (!own_) own_ = std::make_unique<Own>(peer_, std::exchange(helo_, {}), std::exchange(told_, {}));
  take(told);
}

void Client::forget_forwarded() {
  if (!own_) return;
  set_peer(own_->peer);
  helo_ = std::move(own_->helo);
  told_ = std::move(own_->told);
  own_.reset();
}

bool Client::is_extended(bool own) const {
  return told_.protocol && !told_.protocol->empty() ? *told_.protocol != "SMTP" : own;
}

bool Client::is_front_end(const GatewaySettings& gateway) const {
  return net::contains(gateway.xclient, direct_.address);
}

bool Client::is_relay(const GatewaySettings& gateway) const {
  const auto& relays = gateway.relays;
  return !relays.empty() &&
         (net::contains(relays, direct_.address) || net::contains(relays, own_peer().address));
}

bool Client::is_trusted(const GatewaySettings& gateway) const {
  return net::contains(gateway.trusted, own_peer().address);
}

bool Client::is_many(const GatewaySettings& gateway) const {
  return is_forwarded() || net::contains(gateway.trusted, peer_.address);
}

intake::ClientFacts Client::facts(const GatewaySettings& gateway, bool is_authenticated) const {
  return {.address = peer_.address,
          .bringers = {direct_.address, own_peer().address},
          .is_authenticated = is_authenticated,
          .is_trusted = is_trusted(gateway)};
}

std::optional<ClientCounts::Address> Client::counted(const GatewaySettings& gateway) const {
  if (is_relay(gateway)) return std::nullopt;
  const bool is_named = peer_ != direct_ && !peer_.address.is_unspecified();
  return is_named || !is_front_end(gateway) ? std::optional(peer_.address) : std::nullopt;
}

next_hop::ClientIdentity Client::identity(const next_hop::NextHop& hop, bool own,
                                          next_hop::ClientCount count) const {
  next_hop::ClientIdentity identity;
  identity.count = std::move(count);
  if (hop.identity == next_hop::Identity::None) return identity;
  identity.attributes = told_;
  identity.source = peer_;
  identity.destination = local_;
  auto& attributes = identity.attributes;
  attributes.address = peer_.address.is_unspecified() ? std::string() : text_;
  if (peer_.port != 0) attributes.port = peer_.port;
  attributes.helo = helo_;
  attributes.protocol = is_extended(own) ? "ESMTP" : "SMTP";
  return identity;
}

}  // namespace backstop::gateway
