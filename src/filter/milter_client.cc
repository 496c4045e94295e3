#include "filter/milter_client.h"

#include <algorithm>

#include "base/text.h"

namespace backstop::filter {

void MilterClient::connect(const milter::Connect& connect) {
  constexpr std::string_view kSendmailsMark = "IPv6:";
  auto text = connect.address;
  if (base::istarts_with(text, kSendmailsMark)) text.remove_prefix(kSendmailsMark.size());
  address_ = net::unmapped(net::parse_address(text).value_or(net::asio::ip::address()));
  text_ = address_.is_unspecified() ? "local" : address_.to_string();
  helo_.clear();
}

bool MilterClient::is_relay(const MilterSettings& settings) const {
  return net::contains(settings.relays, address_);
}

bool MilterClient::is_trusted(Door door, const MilterSettings& settings, const milter::Macros& macros) const {
  if (door == Door::Internal) return true;
  if (is_relay(settings)) return false;
  return net::contains(settings.trusted, address_) ||
         std::ranges::count(settings.outbound_daemons, macros.find("daemon_name")) > 0;
}

intake::ClientFacts MilterClient::facts(Door door, const MilterSettings& settings,
                                        const milter::Macros& macros) const {
  return {.address = address_,
          .bringers = {address_, address_},
          .is_authenticated = !macros.find("auth_authen").empty(),
          .is_trusted = is_trusted(door, settings, macros)};
}

}  // namespace backstop::filter
