// EHLO and HELO: what the gateway offers.

#include <utility>

#include "gateway/replies.h"
#include "gateway/session.h"
#include "gateway/worker.h"

namespace backstop::gateway {

namespace {

bool takes_no_second_recipient(const next_hop::NextHop& hop) {
  return hop.protocol != next_hop::Protocol::Smtp;
}

// How long a client waits at most until the last next hop is asked what it offers.
constexpr std::chrono::seconds kAskTime{5};

// What is offered for a next hop that can't be asked. A client that is not offered what its mail needs gives
// the mail up; one that is hears 451 for its recipients until the next hop is back.
smtp::Extensions unknown_offer() {
  smtp::Extensions offer;
  offer.eight_bit_mime = offer.smtputf8 = true;
  return offer;
}

}  // namespace

net::Task<void> Session::handle_hello(const smtp::Command& command) {
  const auto name = smtp::parse_helo(command.argument);
  if (!name) co_return reply(name.error());
  co_await end_transaction();
  if (!take_settings()) co_return close_with(reply_for(Ending::GatewayGone));
  helo_ = *name;
  state_.phase = smtp::Phase::Ready;
  state_.is_extended = command.verb == smtp::Verb::Ehlo;
  smtp::Extensions offered = co_await offer();
  if (state_.is_extended) {
    reply(smtp::extensions_reply(offered, settings_->hostname));
  } else {
    reply(250, {}, settings_->hostname);
  }
  // AUTH is not offered a second time, but MAIL may still have AUTH=.
  if (state_.is_authenticated) offered.auth = std::move(state_.offered.auth);
  state_.offered = std::move(offered);
}

// What the next hop offers; asked now where it was never heard of, unless it is known to be silent or time is
// up.
net::Task<smtp::Extensions> Session::hop_offer(const next_hop::NextHop& hop, Clock::time_point until) {
  auto& directory = worker_.shared().hops;
  if (auto known = directory.find(hop)) co_return *known;
  const auto now = Clock::now();
  if (now >= until || !directory.may_ask(hop, now)) co_return unknown_offer();
  const auto offer = co_await worker_.pool().ask(hop, identity(hop), settings_->next_hop_context());
  co_return offer.value_or(unknown_offer());
}

// Of what has to be passed on, that which every next hop of this gateway can.
net::Task<smtp::Extensions> Session::common_hop_offer() {
  const auto until = Clock::now() + kAskTime;
  auto common = co_await hop_offer(gateway().next_hop, until);
  if (gateway().direction == Direction::Outbound) co_return common;
  for (const auto& domain : settings_->domains) {
    if (domain.next_hop) common = smtp::intersect(common, co_await hop_offer(*domain.next_hop, until));
  }
  co_return common;
}

bool Session::may_authenticate() const {
  return gateway().direction == Direction::Outbound && !state_.is_authenticated &&
         (state_.is_tls || peer_.address.is_loopback());
}

net::Task<smtp::Extensions> Session::offer() {
  const auto hop = co_await common_hop_offer();
  const bool is_outbound = gateway().direction == Direction::Outbound;
  smtp::Extensions ours;
  ours.pipelining = ours.chunking = ours.enhanced_status_codes = ours.size = true;
  ours.eight_bit_mime = hop.eight_bit_mime;
  ours.smtputf8 = hop.smtputf8;
  ours.dsn = is_outbound && hop.dsn;
  ours.starttls = settings_->tls != nullptr && gateway().tls != ListenTls::None && !state_.is_tls;
  ours.most_size = smtp::smaller_told<std::uint64_t>(limits().message, hop.most_size);
  if (may_authenticate()) ours.auth = hop.auth;
  if (is_front_end()) {
    ours.xclient = smtp::attribute_names(smtp::AttributeCommand::Xclient);
    ours.xforward = smtp::attribute_names(smtp::AttributeCommand::Xforward);
  }
  const bool is_single = takes_no_second_recipient(gateway().next_hop);
  const std::uint32_t most_recipients = is_single ? 1 : static_cast<std::uint32_t>(limits().recipients);
  ours.most_recipients = smtp::smaller_told(most_recipients, hop.most_recipients);
  co_return ours;
}

}  // namespace backstop::gateway
