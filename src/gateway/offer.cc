#include "gateway/offer.h"

#include <chrono>
#include <utility>
#include <vector>

namespace backstop::gateway {

namespace {

using Clock = std::chrono::steady_clock;

/// No next hop is asked any more once the client has waited this long.
constexpr std::chrono::seconds kAskTime{5};

/// Returns what is offered for a next hop that can't be asked. Without an extension that its mail needs a
/// client gives the mail up. With it, its recipients get 451 until the next hop is back.
smtp::Extensions unknown_offer() {
  smtp::Extensions offer;
  offer.eight_bit_mime = offer.smtputf8 = true;
  return offer;
}

std::vector<const next_hop::NextHop*> next_hops_of(const Settings& settings, const GatewaySettings& gateway) {
  std::vector<const next_hop::NextHop*> hops = {&gateway.next_hop};
  if (gateway.direction == Direction::Outbound) return hops;
  for (const auto& domain : settings.domains) {
    if (domain.next_hop) hops.push_back(domain.next_hop.get());
  }
  return hops;
}

}  // namespace

smtp::Extensions offer_for(const smtp::Extensions& next_hops, const Settings& settings,
                           const GatewaySettings& gateway, const OfferFacts& facts) {
  smtp::Extensions offer;
  offer.pipelining = offer.chunking = offer.enhanced_status_codes = offer.size = true;
  offer.eight_bit_mime = next_hops.eight_bit_mime;
  offer.smtputf8 = next_hops.smtputf8;
  offer.dsn = gateway.direction == Direction::Outbound && next_hops.dsn;
  offer.starttls = settings.tls != nullptr && gateway.tls != ListenTls::None && !facts.is_tls;
  offer.most_size = smtp::smaller_told<std::uint64_t>(settings.limits.message, next_hops.most_size);
  if (facts.may_authenticate) offer.auth = next_hops.auth;
  if (facts.is_front_end) {
    offer.xclient = smtp::attribute_names(smtp::AttributeCommand::Xclient);
    offer.xforward = smtp::attribute_names(smtp::AttributeCommand::Xforward);
  }
  // LMTP and a Maildir take one recipient at a time.
  const bool is_single = gateway.next_hop.protocol != next_hop::Protocol::Smtp;
  const auto most = is_single ? 1U : static_cast<std::uint32_t>(settings.limits.recipients);
  offer.most_recipients = smtp::smaller_told(most, next_hops.most_recipients);
  return offer;
}

net::Task<smtp::Extensions> ask_next_hops(const Settings& settings, const GatewaySettings& gateway,
                                          next_hop::Directory& directory, next_hop::Pool& pool,
                                          const Client& client, bool is_extended,
                                          next_hop::ClientCount count) {
  const auto until = Clock::now() + kAskTime;
  std::optional<smtp::Extensions> common;
  for (const auto* const hop : next_hops_of(settings, gateway)) {
    auto known = directory.find(*hop);
    if (const auto now = Clock::now(); !known && now < until && directory.may_ask(*hop, now)) {
      known = co_await pool.ask(*hop, client.identity(*hop, is_extended, count), settings.next_hop_context());
    }
    const auto offer = known.value_or(unknown_offer());
    common = common ? smtp::intersect(*common, offer) : offer;
  }
  co_return *common;
}

}  // namespace backstop::gateway
