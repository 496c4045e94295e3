// One mail transaction (RFC 5321 3.3), from MAIL to its end: what the client said, what we found, and what
// the history is to know of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/delivery.h"
#include "gateway/hint_counts.h"
#include "gateway/settings.h"
#include "origin/claim.h"
#include "policy/verdict.h"
#include "smtp/path_command.h"
#include "store/event.h"

namespace backstop::gateway {

/// What all recipients of a transaction have to have in common, since the answer to its data is one. The
/// first that is offered to a next hop sets it; a recipient of another comes again alone (452 4.5.3).
struct Route {
  const NextHop* next_hop = nullptr;             ///< of Transaction::settings
  policy::Stage stage = policy::Stage::Observe;  ///< inbound: of the recipient's domain, as is
  std::chrono::days grace{0};
  policy::Ceilings ceilings = policy::default_ceilings();
  bool is_tagged = false;    ///< outbound: the reverse path gets a tag for this destination
  std::string not_tagged{};  ///< outbound: why it gets none, as one clause
};

/// A recipient that the next hop took.
struct TakenRecipient {
  std::string given;  ///< as the client gave it
  /// Inbound, and of a mail that may be a response.
  std::optional<origin::Recipient> claim{};
  bool is_exempt = false;  ///< it takes unproven responses
};

struct Transaction {
  std::shared_ptr<const Settings> settings;
  const GatewaySettings* gateway = nullptr;  ///< of settings
  smtp::MailCommand mail;
  std::string id;
  std::chrono::steady_clock::time_point begun;
  std::chrono::sys_days today{};

  std::optional<Route> route;          ///< once a recipient was offered to a next hop
  std::unique_ptr<Delivery> delivery;  ///< with route
  HintCounts* hints = nullptr;         ///< of all sessions; null: hints are not counted
  std::vector<TakenRecipient> recipients;
  bool is_from_relay = false;  ///< inbound: a host of ours brings it
  bool is_overfull = false;    ///< one recipient too many has been recorded

  bool is_outbound() const { return gateway->direction == Direction::Outbound; }
};

}  // namespace backstop::gateway
