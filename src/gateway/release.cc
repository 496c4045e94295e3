#include "gateway/hand_over.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "mail/address.h"

namespace backstop::gateway {

namespace {

// A PROXY header must name some client; ours is this host.
next_hop::ClientIdentity own_identity() {
  next_hop::ClientIdentity client;
  client.source = client.destination = net::Endpoint{.address = boost::asio::ip::address_v4::loopback()};
  return client;
}

net::Task<smtp::Reply> offer(next_hop::Delivery& delivery, const std::vector<mail::Address>& recipients) {
  std::vector<smtp::RcptCommand> commands;
  for (const auto& one : recipients) commands.emplace_back().recipient = one;
  auto answers = co_await delivery.recipients(commands);
  const auto refused = std::ranges::find_if_not(answers, &smtp::Reply::is_positive);
  if (refused != answers.end()) co_return std::move(*refused);
  co_return co_await delivery.begin(next_hop::MessageForm::Plain);
}

}  // namespace

net::Task<smtp::Reply> hand_over(HandOver what, const Settings& settings, HopAccess access) {
  const auto delivery = make_delivery(what.hop, what.mail, settings, access, own_identity(), nullptr);
  auto answer = co_await offer(*delivery, what.recipients);
  if (answer.code == 354) co_return co_await delivery->finish(what.message, {});
  co_await delivery->abandon();
  co_return answer;
}

const next_hop::NextHop* next_hop_of(const store::KeptEnvelope& kept, const Settings& settings) {
  const auto* const domain = settings.find_domain(kept.domain);
  if (domain != nullptr && domain->next_hop) return domain->next_hop.get();
  const auto gateway = std::ranges::find(settings.gateways, kept.gateway, &GatewaySettings::name);
  return gateway == settings.gateways.end() ? nullptr : &gateway->next_hop;
}

net::Task<smtp::Reply> release(const store::KeptResponse& kept, const Settings& settings, HopAccess access) {
  const auto& envelope = kept.envelope;
  const auto* const hop = next_hop_of(envelope, settings);
  if (hop == nullptr)
    co_return smtp::Reply(451, "4.3.5", "The configuration no longer has the gateway that it came in at");
  smtp::MailCommand mail;
  mail.body = envelope.is_eight_bit ? smtp::Body::EightBitMime : smtp::Body::SevenBit;
  mail.smtputf8 = envelope.is_smtputf8;
  if (const auto sender = mail::parse_address(envelope.reverse_path)) mail.reverse_path.address = *sender;
  std::vector<mail::Address> recipients;
  for (const auto& text : envelope.recipients) {
    auto address = mail::parse_address(text);
    if (!address) co_return smtp::Reply(451, "4.3.0", "A recipient of it is no address");
    recipients.push_back(std::move(*address));
  }
  co_return co_await hand_over({*hop, mail, recipients, kept.message}, settings, access);
}

}  // namespace backstop::gateway
