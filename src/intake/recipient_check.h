// Finds the facts about one recipient of an inbound mail: is its domain ours, what does its tag say, does it
// name a route to another server, what is its mailbox configured for. Pure; thread-safe. The caller asks the
// domain's directory if there is a question, adds whether the recipient differs from the first one, and asks
// policy.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "directory/directory.h"
#include "intake/transaction.h"
#include "mail/address.h"
#include "policy/verdict.h"

namespace backstop::intake {

struct RecipientCheck {
  policy::RecipientFacts facts;              ///< all but differs_from_first; and see take()
  mail::Address plain;                       ///< without our tag, as the next hop gets it
  const DomainSettings* domain = nullptr;    ///< of the site; null if it is not ours
  std::optional<origin::Recipient> claim{};  ///< what a response to it is judged by; if ours and not routed
  bool is_exempt = false;                    ///< its mailbox takes unproven responses
  /// What the directory of the domain must be asked before policy; nullopt if the next hop alone decides.
  std::optional<directory::Question> question{};
  std::string why_unanswered{};  ///< why the directory gave no answer, for the log

  /// Takes the directory's answer into the facts.
  void take(directory::Answer answer);
};

/// Returns the domain of ours that the address belongs to, or null. A bare "postmaster" has no domain (RFC
/// 5321 4.5.1): it belongs to the first one.
const DomainSettings* domain_of(const Site& site, const mail::Address& plain);

/// True if the mailbox takes unproven responses. `plain` has no tag; a sub-address begins at `delimiter`.
bool is_exempt(const DomainSettings& domain, const mail::Address& plain, char delimiter);

/// `is_guesser`: the client has brought too many bad tags.
RecipientCheck check_recipient(const Transaction& transaction, const mail::Address& recipient,
                               bool is_guesser);

/// Returns whether a domain of ours is ready, if its stage asks for that; else nothing is. `name` is the
/// domain, in any spelling.
policy::Ready ready_at_stage(const DomainSettings& domain, std::string_view name,
                             const Transaction& transaction);

/// Returns what policy must know of a domain of ours, but not whether there is a quarantine. `name` is the
/// domain, in any spelling.
policy::DomainPolicy policy_of(const DomainSettings& domain, std::string_view name, policy::Ready ready);
/// The same, as ready as the domain is today, and with the site's quarantine.
policy::DomainPolicy policy_of(const DomainSettings& domain, std::string_view name,
                               const Transaction& transaction);

}  // namespace backstop::intake
