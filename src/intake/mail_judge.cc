#include "intake/mail_judge.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "intake/outbound_tag.h"
#include "intake/recipient_check.h"
#include "mail/address_syntax.h"
#include "origin/owner.h"
#include "response/explain.h"

namespace backstop::intake {

namespace {

/// Returns why the mail that this response answers left without a tag, as a sentence: it went to a
/// destination in "untagged". Empty if it did not.
std::string why_untagged(const Site& site, const response::Response& response) {
  constexpr std::size_t kMostLooks = 10;
  for (std::size_t i = 0; i < std::min(kMostLooks, response.recipients.size()); ++i) {
    const auto& recipient = response.recipients[i];
    for (const auto* const text : {&recipient.address, &recipient.original_address}) {
      const auto address = mail::parse_address(*text);
      const auto* const one = address ? find_untagged(site.untagged, *address) : nullptr;
      if (one) return "Mail to " + base::printable(*one, mail::kAddressMost) + " leaves without a tag.";
    }
  }
  return {};
}

}  // namespace

MailJudge::MailJudge(const Transaction& transaction, response::Reader& reader)
    : transaction_(transaction), reader_(reader), hints_(transaction.hints, transaction.today) {}

response::Envelope MailJudge::envelope() const {
  const auto& path = transaction_.mail.reverse_path;
  return {
      .reverse_path = path.is_null() ? std::string() : path.address->text(),
      .recipient = transaction_.recipients.empty() ? std::string() : transaction_.recipients.front().given};
}

MailJudge::Next MailJudge::header(std::string_view header) {
  // Mail that leaves is not read: rules for it come with the ledger.
  if (transaction_.is_outbound()) return Next::Pass;
  return reader_.can_be_response(header, envelope()) ? Next::Hold : Next::Pass;
}

response::Response MailJudge::read(std::string_view message, response::Extent extent) {
  return reader_.read(message, envelope(), extent);
}

// A hint counts only a few times a day for each owner, since anybody who knows it can make one.
origin::Origin MailJudge::origin_of(const origin::Recipient& recipient, const origin::ClaimContext& context) {
  auto found = origin::judge(origin::collect({recipient, *response_, context}));
  if (found.cause != origin::Cause::Hinted) return found;
  if (hints_.take(origin::owner_of(recipient.plain(), context.tags.delimiter).text())) return found;
  origin::ClaimContext without = context;
  without.trace.clear();
  return origin::judge(origin::collect({recipient, *response_, without}));
}

// A coroutine, so that stores can be asked here; their answers go into the context as values.
net::Task<void> MailJudge::judge(response::Response response) {
  response_ = std::move(response);
  const Site& site = *transaction_.site;
  origin::ClaimContext context{
      .has_keys = !site.keys.keys().empty(), .is_tagging = site.is_tagging(), .tags = site.tags};
  if (context.is_tagging) context.untagged = why_untagged(site, *response_);
  context.trace = origin::trace_of(*response_, site.hostname);
  facts_ = {.kind = response_->kind,
            .certainty = certainty(*response_),
            .shown = is_dsn(response_->kind) ? std::string(shown(response_->shown_by)) : std::string(),
            .is_exempt = std::ranges::all_of(transaction_.recipients, &Recipient::is_exempt),
            .is_from_relay = transaction_.is_from_relay};
  std::vector<policy::Verdict> verdicts;
  std::vector<origin::Origin> origins;
  for (const auto& one : transaction_.recipients) {
    facts_.origin = origin_of(*one.claim, context);
    verdicts.push_back(
        policy::judge_message(facts_, policy_of(*one.domain, one.claim->plain().domain, transaction_)));
    origins.push_back(std::move(facts_.origin));
  }
  const std::size_t worst = policy::least_favourable(verdicts);
  facts_.origin = std::move(origins[worst]);
  verdict_ = std::move(verdicts[worst]);
  co_return;
}

}  // namespace backstop::intake
