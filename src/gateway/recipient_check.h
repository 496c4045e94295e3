// A recipient at RCPT: its tag is looked at and taken off, policy is asked, and its route is found. No I/O.
#pragma once

#include <optional>

#include "gateway/settings.h"
#include "gateway/transaction.h"
#include "mail/address.h"
#include "policy/verdict.h"

namespace backstop::gateway {

struct RecipientCheck {
  policy::Verdict verdict;
  mail::Address forwarded;                 ///< without our tag
  Route route;                             ///< where the verdict is no refusal
  std::vector<origin::Evidence> evidence;  ///< inbound
  bool is_exempt = false;                  ///< inbound
};

/// For an inbound gateway.
RecipientCheck check_inbound(const Transaction& transaction, const mail::Address& recipient,
                             std::size_t earlier_recipients);

/// For an outbound gateway: only the tag of the reverse path depends on the recipient.
RecipientCheck check_outbound(const Transaction& transaction, const mail::Address& recipient);

/// Of the domain that an inbound transaction with a route goes to.
policy::DomainPolicy domain_policy(const Transaction& transaction);

/// One more recipient was taken. The answer to the data is one, so what speaks most for the mail counts: a
/// tag that is good proves it for all who get it.
void add_findings(const RecipientCheck& check, Transaction& transaction);

/// The reverse path as the next hop is to see it.
mail::Path outgoing_path(const Transaction& transaction, const Route& route);

}  // namespace backstop::gateway
