// One mail transaction (RFC 5321 3.3), from MAIL to its end: what the client said, what we found, and what
// the history is to know of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/delivery.h"
#include "gateway/settings.h"
#include "origin/origin.h"
#include "policy/verdict.h"
#include "smtp/command.h"
#include "store/event.h"

namespace backstop::gateway {

/// What all recipients of a transaction have to have in common, since the answer to its data is one. The
/// first that is offered to a next hop sets it; a recipient of another comes again alone (452 4.5.3).
struct Route {
  const NextHop* next_hop = nullptr;             ///< of Transaction::settings
  policy::Stage stage = policy::Stage::Observe;  ///< inbound: of the recipient's domain, as is
  std::chrono::days grace{0};
  bool is_tagged = false;  ///< outbound: the reverse path gets a tag for this destination
};

struct Transaction {
  std::shared_ptr<const Settings> settings;
  const GatewaySettings* gateway = nullptr;  ///< of settings
  smtp::MailCommand mail;
  std::string id;
  std::chrono::steady_clock::time_point begun;
  std::chrono::sys_days today{};

  std::optional<Route> route;              ///< once a recipient was offered to a next hop
  std::unique_ptr<Delivery> delivery;      ///< with route
  std::vector<std::string> recipients;     ///< that the next hop took, as the client gave them
  std::vector<origin::Evidence> evidence;  ///< of the recipient that speaks most for the mail
  std::string domain;                      ///< of the first recipient
  bool is_exempt = false;                  ///< one of them takes unproven responses
  bool is_overfull = false;                ///< one recipient too many has been recorded

  bool is_outbound() const { return gateway->direction == Direction::Outbound; }
};

}  // namespace backstop::gateway
