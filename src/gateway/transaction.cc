#include "gateway/transaction.h"

#include <utility>

#include "intake/outbound_tag.h"
#include "next_hop/make_delivery.h"

namespace backstop::gateway {

bool differ(const Route& first, const Route& second) {
  if (*first.next_hop != *second.next_hop || second.next_hop->protocol != next_hop::Protocol::Smtp)
    return true;
  if (first.is_tagged != second.is_tagged || first.is_past_dmarc != second.is_past_dmarc) return true;
  const auto* const one = first.domain;
  const auto* const other = second.domain;
  if (one == nullptr || other == nullptr) return one != other;
  return one->stage != other->stage || one->ceilings != other->ceilings || first.ready != second.ready;
}

std::string Transaction::tag_note() const {
  return is_outbound() && route && site->has_tags ? intake::tag_note(*this, route->not_tagged)
                                                  : std::string();
}

std::string_view Transaction::stage() const {
  return route && route->domain != nullptr ? policy::name(route->domain->stage) : std::string_view();
}

std::unique_ptr<Transaction> begin_transaction(std::shared_ptr<const Settings> settings,
                                               const GatewaySettings& gateway, smtp::MailCommand mail,
                                               Shared& shared) {
  auto transaction = std::make_unique<Transaction>();
  transaction->site = settings.get();
  transaction->settings = std::move(settings);
  transaction->gateway = &gateway;
  transaction->direction = gateway.direction;
  transaction->mail = std::move(mail);
  transaction->trusted_authserv = gateway.trusted_authserv;
  transaction->authserv_place = gateway.authserv_place;
  intake::begin(*transaction, shared);
  return transaction;
}

std::unique_ptr<next_hop::Delivery> open_delivery(Transaction& transaction, Shared& shared,
                                                  next_hop::Pool& pool, next_hop::ClientIdentity client,
                                                  std::unique_ptr<next_hop::Session>* personal) {
  Route& route = *transaction.route;
  smtp::MailCommand mail = transaction.mail;
  if (route.is_tagged) mail.reverse_path = intake::tagged_path(transaction, route.not_tagged);
  return next_hop::make_delivery(*route.next_hop, std::move(mail), transaction.settings->next_hop_context(),
                                 {.blocking = shared.blocking, .pool = pool}, std::move(client), personal);
}

}  // namespace backstop::gateway
