#include "intake/late_refusal.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "mail/address.h"
#include "response/reason.h"

namespace backstop::intake {

namespace {

constexpr std::size_t kMostShown = 512;

bool is_unknown_here(const response::Recipient& recipient, const Site& site) {
  if (recipient.action != response::Action::Failed || recipient.reason != response::Reason::UserUnknown)
    return false;
  const auto address = mail::parse_address(recipient.address);
  return address && !address->domain.empty() && site.find_domain(address->domain) != nullptr;
}

}  // namespace

bool is_late_refusal(const smtp::Reply& reply) {
  if (!reply.is_permanent()) return false;
  // The code alone names no reason that counts here: 553 is also said of a sender.
  response::ReasonFinder finder;
  return finder.find(reply.text(), reply.status, 0) == response::Reason::UserUnknown;
}

std::optional<store::Event> event_of_late_bounce(const Transaction& transaction, const EventContext& context,
                                                 const response::Response& bounce) {
  if (!transaction.is_outbound() || !transaction.mail.reverse_path.is_null() ||
      bounce.kind != response::Kind::DsnFailed ||
      response::certainty(bounce) != response::Certainty::Structural) {
    return std::nullopt;
  }
  const auto found = std::ranges::find_if(bounce.recipients, [&](const auto& recipient) {
    return is_unknown_here(recipient, *transaction.site);
  });
  if (found == bounce.recipients.end()) return std::nullopt;
  store::Event event;
  event.time = std::chrono::floor<std::chrono::milliseconds>(context.now);
  event.id = transaction.id;
  event.gateway = context.gateway;
  event.direction = store::Direction::Outbound;
  event.client = context.client;
  event.recipients.push_back(base::printable(found->address, kMostShown));
  event.cause = store::kLateUnknown;
  event.explanation = "A server of ours bounces a mail for this recipient, which it took and doesn't know: " +
                      event.recipients.front();
  return event;
}

}  // namespace backstop::intake
