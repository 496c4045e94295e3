#include "gateway/release.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mail/address.h"
#include "next_hop/hand_over.h"

namespace backstop::gateway {

const next_hop::NextHop* next_hop_of(const store::KeptEnvelope& kept, const Settings& settings) {
  const auto gateway = std::ranges::find(settings.gateways, kept.gateway, &GatewaySettings::name);
  const bool is_known = gateway != settings.gateways.end();
  const bool is_outbound = is_known && gateway->direction == store::Direction::Outbound;
  const auto* const domain = is_outbound ? nullptr : settings.find_domain(kept.domain);
  if (domain != nullptr && domain->next_hop) return domain->next_hop.get();
  return is_known ? &gateway->next_hop : nullptr;
}

base::Result<smtp::Reply> release(const store::KeptResponse& kept, const Settings& settings) {
  const auto& envelope = kept.envelope;
  const auto* const hop = next_hop_of(envelope, settings);
  if (hop == nullptr)
    return std::unexpected(base::Error{"the configuration no longer has the gateway that it came in at"});
  smtp::MailCommand mail;
  mail.body = envelope.is_eight_bit ? smtp::Body::EightBitMime : smtp::Body::SevenBit;
  mail.smtputf8 = envelope.is_smtputf8;
  if (const auto sender = mail::parse_address(envelope.reverse_path)) mail.reverse_path.address = *sender;
  std::vector<mail::Address> recipients;
  for (const auto& text : envelope.recipients) {
    auto address = mail::parse_address(text);
    if (!address) return std::unexpected(base::Error{"a recipient of it is no address"});
    recipients.push_back(std::move(*address));
  }
  return next_hop::hand_over_and_wait({*hop, mail, recipients, kept.message}, settings.next_hop_context());
}

}  // namespace backstop::gateway
