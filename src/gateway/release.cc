#include "gateway/release.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "intake/event_of.h"
#include "mail/address.h"
#include "next_hop/hand_over.h"

namespace backstop::gateway {

const next_hop::NextHop* next_hop_of(const store::KeptEnvelope& kept, const Settings& settings) {
  if (kept.gateway == intake::kMilterName) return settings.milter_next_hop.get();
  const auto gateway = std::ranges::find(settings.gateways, kept.gateway, &GatewaySettings::name);
  const bool is_known = gateway != settings.gateways.end();
  const bool is_outbound = is_known && gateway->direction == store::Direction::Outbound;
  const auto* const domain = is_outbound ? nullptr : settings.find_domain(kept.domain);
  if (domain != nullptr && domain->next_hop) return domain->next_hop.get();
  return is_known ? &gateway->next_hop : nullptr;
}

std::string_view login_hint(std::string_view said) {
  const auto at = said.find(": 5");
  if (at == std::string_view::npos) return {};
  const std::string_view reply = said.substr(at + 2);
  if (!reply.starts_with("530") && (reply.size() < 3 || !reply.substr(3).starts_with(" 5.7."))) return {};
  return "; if it wants a login, which a release doesn't have, see \"If the next hop wants a login\" in "
         "docs/held.md";
}

base::Result<smtp::Reply> release(const store::KeptResponse& kept, const Settings& settings) {
  const auto& envelope = kept.envelope;
  const auto* const hop = next_hop_of(envelope, settings);
  if (hop == nullptr)
    return std::unexpected(base::Error{
        envelope.gateway == intake::kMilterName
            ? "a milter hands nothing over: name a port of your mail server in \"next_hop\" of [milter]"
            : "the configuration no longer has the gateway that it came in at"});
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
  auto taken =
      next_hop::hand_over_and_wait({*hop, mail, recipients, kept.message}, settings.next_hop_context());
  const auto gateway = std::ranges::find(settings.gateways, envelope.gateway, &GatewaySettings::name);
  if (!taken && gateway != settings.gateways.end() && gateway->direction == store::Direction::Outbound)
    taken.error().message += login_hint(taken.error().message);
  return taken;
}

}  // namespace backstop::gateway
