#include "intake/arrival_plan.h"

namespace backstop::intake {

ArrivalPlan plan_of(const Transaction& transaction) {
  const auto& client = transaction.client;
  if (transaction.is_outbound() || client.is_authenticated || client.is_trusted || transaction.is_from_relay)
    return {};
  return plan_for_stranger(transaction);
}

ArrivalPlan plan_for_stranger(const Transaction& transaction) {
  const auto& client = transaction.client;
  const auto& auth = transaction.site->auth;
  const bool is_all = transaction.ledger != nullptr || auth.results == AuthResults::Whole;
  const auto is_wanted = [&](AuthUse use) {
    return use == AuthUse::Reject || (is_all && use == AuthUse::Record);
  };
  const bool has_address = !client.address.is_unspecified();
  const bool has_sender = !transaction.mail.reverse_path.is_null();
  const bool signatures = is_wanted(auth.dmarc);
  return {.spf = has_address && (is_wanted(auth.spf) || signatures || transaction.site->way_out.is_muting),
          .signatures = signatures,
          .sender_domain = has_sender && is_wanted(auth.sender_domain),
          .lists = !auth.lists.empty()};
}

}  // namespace backstop::intake
