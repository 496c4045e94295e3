// Which checks an arriving mail needs. Pure; thread-safe.
#pragma once

#include "intake/transaction.h"

namespace backstop::intake {

/// What is looked at of one mail.
struct ArrivalPlan {
  bool spf = false;
  bool signatures = false;  ///< DKIM and DMARC
  bool sender_domain = false;
  bool lists = false;

  bool has_any() const { return spf || signatures || sender_domain || lists; }
};

/// Returns what must be checked of a transaction whose client and reverse path are known. Nothing of mail
/// that leaves, nor of what an authenticated or trusted client or a relay of the gateway brings.
ArrivalPlan plan_of(const Transaction& transaction);

/// Returns what would be checked if a stranger brought it: what is set to `reject`, all lists, and all that
/// is not off if there is a ledger or the whole field is wanted. DMARC and muting need SPF.
ArrivalPlan plan_for_stranger(const Transaction& transaction);

}  // namespace backstop::intake
