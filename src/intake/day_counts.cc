#include "intake/day_counts.h"

#include "base/domain_key.h"

namespace backstop::intake {

namespace {

std::optional<store::DaySums> sums_for(std::string_view domain, const Transaction& transaction) {
  if (transaction.site->find_domain(domain) == nullptr) return std::nullopt;
  return store::DaySums{.domain = base::domain_key(domain), .day = transaction.today};
}

std::optional<store::DaySums> sums_of_outbound(const Transaction& transaction, const store::Event& event) {
  const auto& path = transaction.mail.reverse_path;
  if (path.is_null() || event.done != store::Done::Delivered) return std::nullopt;
  auto sums = sums_for(path.address->domain, transaction);
  if (!sums) return std::nullopt;
  sums->counts.left = 1;
  sums->counts.tag = event.tag.starts_with("key-") ? 1 : 0;
  return sums;
}

std::optional<store::DaySums> sums_of_inbound(const Transaction& transaction, const store::Event& event) {
  if (event.origin.empty() || transaction.recipients.empty()) return std::nullopt;
  const auto& first = transaction.recipients.front();
  if (!first.claim) return std::nullopt;
  auto sums = sums_for(first.claim->plain().domain, transaction);
  if (!sums) return std::nullopt;
  const bool is_genuine = event.origin == origin::name(origin::Result::Genuine);
  if (is_genuine && event.kind.starts_with("dsn-")) sums->counts.genuine = 1;
  if (!is_genuine) sums->counts.unproven = 1;
  if (event.contradiction) sums->counts.contradictions = 1;
  return sums;
}

}  // namespace

std::optional<store::DaySums> day_sums_of(const Transaction& transaction, const store::Event& event) {
  return transaction.is_outbound() ? sums_of_outbound(transaction, event)
                                   : sums_of_inbound(transaction, event);
}

}  // namespace backstop::intake
