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
  transaction->begun = std::chrono::steady_clock::now();
  transaction->clock = shared.clock;
  transaction->now = std::chrono::floor<std::chrono::seconds>(shared.clock());
  transaction->today = std::chrono::floor<std::chrono::days>(transaction->now);
  transaction->ready = &shared.ready;
  transaction->hints = &shared.hints;
  transaction->ledger = shared.ledger;
  transaction->uses = &shared.uses;
  if (shared.ledger != nullptr) transaction->uses = shared.ledger;
  transaction->keeper = shared.keeper.get();
  transaction->held_keeper = shared.held_keeper.get();
  transaction->surges = &shared.surges;
  transaction->waiting_answers = &shared.waiting_answers;
  transaction->pending_arrivals = &shared.pending_arrivals;
  return transaction;
}

bool wants_checks(const Transaction& transaction) {
  const bool is_believed = transaction.is_from_relay && transaction.ledger != nullptr &&
                           !transaction.gateway->trusted_authserv.empty();
  return is_believed || intake::plan_of(transaction).has_any();
}

void prepare_checks(Transaction& transaction, const net::Executor& loop, std::string helo,
                    intake::CheckSources sources) {
  transaction.checks = std::make_shared<intake::ArrivalChecks>(
      loop, transaction, intake::plan_of(transaction), std::move(helo), std::move(sources));
  transaction.checked = [checks = std::weak_ptr(transaction.checks)](std::string_view address) {
    const auto found = checks.lock();
    return found ? found->value_for(address) : store::Authentication::Unknown;
  };
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
