// A transaction in the gateway: what intake knows of it, the route of its message, and the delivery to its
// next hop. Belongs to one session; not thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "gateway/settings.h"
#include "gateway/shared.h"
#include "intake/transaction.h"
#include "next_hop/delivery.h"
#include "next_hop/pool.h"

namespace backstop::gateway {

/// All recipients of a transaction must have this in common, since its data gets a single answer. The first
/// recipient that is offered to a next hop sets it. One with another route must come again alone (452 4.5.3).
struct Route {
  const next_hop::NextHop* next_hop = nullptr;     ///< of Transaction::settings
  const intake::DomainSettings* domain = nullptr;  ///< inbound: the recipient's; of Transaction::settings
  policy::Ready ready{};                           ///< inbound: of that domain, if its stage asks
  bool is_past_dmarc = false;  ///< inbound: the recipient is exempt, and DMARC may refuse what others get
  bool is_tagged = false;      ///< outbound: the reverse path gets a tag for this destination
  std::string not_tagged{};    ///< outbound: why it gets none, as one clause
};

/// True if a recipient with the second route can't be in one transaction with the first. With LMTP and a
/// Maildir it never can: they answer each recipient at the end of the data, and we have a single answer.
bool differ(const Route& first, const Route& second);

struct Transaction : intake::Transaction {
  std::shared_ptr<const Settings> settings;  ///< `site` is in them
  const GatewaySettings* gateway = nullptr;  ///< of settings

  std::optional<Route> route;                    ///< once a recipient was offered to a next hop
  std::unique_ptr<next_hop::Delivery> delivery;  ///< with route
  bool is_overfull = false;                      ///< a recipient past the limit has been recorded

  /// Returns how the history shows the tag; empty for inbound mail, and before there is a route.
  std::string tag_note() const;
  /// Returns the name of the stage of the route's domain; empty if there is none.
  std::string_view stage() const;
};

/// Begins a transaction now. `gateway` must be one of `settings`.
std::unique_ptr<Transaction> begin_transaction(std::shared_ptr<const Settings> settings,
                                               const GatewaySettings& gateway, smtp::MailCommand mail,
                                               Shared& shared);

/// Opens a delivery to the next hop of the transaction's route, which must be set. If the route is tagged,
/// the reverse path gets its tag. `personal`: see next_hop::SmtpDelivery.
std::unique_ptr<next_hop::Delivery> open_delivery(Transaction& transaction, Shared& shared,
                                                  next_hop::Pool& pool, next_hop::ClientIdentity client,
                                                  std::unique_ptr<next_hop::Session>* personal);

}  // namespace backstop::gateway
