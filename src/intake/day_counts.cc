#include "intake/day_counts.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/domain_key.h"

namespace backstop::intake {

namespace {

std::optional<store::DaySums> sums_for(std::string_view domain, const Transaction& transaction) {
  if (transaction.site->find_domain(domain) == nullptr) return std::nullopt;
  return store::DaySums{.domain = base::domain_key(domain), .day = transaction.today};
}

store::DayCounts counts_of(const Leaving& leaving, std::string_view domain, bool is_tagged) {
  const bool is_signed = leaving.is_signed_by(domain);
  return {.left = 1,
          .watermark = leaving.has_watermark ? 1U : 0U,
          .dkim = is_signed ? 1U : 0U,
          .message = leaving.has_watermark || is_signed ? 1U : 0U,
          .tag = is_tagged ? 1U : 0U};
}

std::vector<store::DaySums> sums_of_outbound(const Transaction& transaction, const store::Event& event) {
  const auto& leaving = transaction.leaving;
  if (!leaving || leaving->sender.empty() || event.done != store::Done::Delivered) return {};
  const auto sender = origin::domain_of_owner(leaving->sender);
  const auto from = origin::domain_of_owner(leaving->from);
  std::vector<store::DaySums> all;
  for (const auto domain : {sender, from == sender ? std::string_view() : from}) {
    auto sums = sums_for(domain, transaction);
    if (!sums) continue;
    sums->counts = counts_of(*leaving, sums->domain, event.tag.starts_with("key-"));
    all.push_back(std::move(*sums));
  }
  return all;
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

std::vector<store::DaySums> day_sums_of(const Transaction& transaction, const store::Event& event) {
  if (transaction.is_outbound()) return sums_of_outbound(transaction, event);
  if (auto sums = sums_of_inbound(transaction, event)) return {std::move(*sums)};
  return {};
}

}  // namespace backstop::intake
