#include "intake/mail_judge.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dkim/digest.h"
#include "intake/claim_facts.h"
#include "intake/recipient_check.h"
#include "response/explain.h"

namespace backstop::intake {

namespace {

bool is_certain_dsn(const response::Response& response) {
  return is_dsn(response.kind) && certainty(response) != response::Certainty::Guessed;
}

/// What policy was told for one recipient.
struct Told {
  policy::MessageFacts facts;
  policy::Ready ready;
};

/// True for a hint in what came back.
bool is_hint(const origin::Evidence& evidence) {
  return evidence.kind == origin::EvidenceKind::Trace || evidence.kind == origin::EvidenceKind::Other;
}

}  // namespace

policy::MessageFacts common_facts(const Transaction& transaction, const response::Response& response) {
  return {.kind = response.kind,
          .certainty = certainty(response),
          .shown = is_dsn(response.kind) ? std::string(shown(response.shown_by)) : std::string(),
          .is_exempt = std::ranges::all_of(transaction.recipients, &Recipient::is_exempt),
          .is_from_relay = is_from_relay(transaction)};
}

MailJudge::MailJudge(const Transaction& transaction, response::Reader& reader)
    : transaction_(transaction),
      reader_(reader),
      hints_(transaction.hints, transaction.today),
      places_(transaction.uses, transaction.ledger) {}

response::Envelope MailJudge::envelope() const {
  const auto& path = transaction_.mail.reverse_path;
  return {
      .reverse_path = path.is_null() ? std::string() : path.address->text(),
      .recipient = transaction_.recipients.empty() ? std::string() : transaction_.recipients.front().given};
}

MailJudge::Next MailJudge::header(std::string_view header) {
  // Mail that leaves is never judged; MessagePath notes what the ledger needs.
  if (transaction_.is_outbound()) return Next::Pass;
  return reader_.can_be_response(header, envelope()) ? Next::Hold : Next::Pass;
}

response::Response MailJudge::read(std::string_view message, response::Extent extent) {
  auto response = reader_.read(message, envelope(), extent);
  // A response that was cut gets no digest: its rest may differ.
  if (response.kind != response::Kind::None && transaction_.ledger != nullptr &&
      extent == response::Extent::Whole) {
    const auto digest = dkim::sha256(message);
    digest_.assign(digest.begin(), digest.end());
  }
  return response;
}

// Such a hint counts only a few times a day for each owner, since anybody who knows it can make one. It takes
// its place only if it decides.
origin::Origin MailJudge::weigh(origin::Grounds grounds, const std::string& owner) {
  auto found = origin::judge(grounds);
  if (found.cause != origin::Cause::Hinted || std::ranges::none_of(grounds.evidence, is_hint) ||
      hints_.take(owner))
    return found;
  for (auto& one : grounds.evidence) one.is_worn |= is_hint(one);
  return origin::judge(std::move(grounds));
}

net::Task<origin::Origin> MailJudge::origin_of(const ProofSearch& search, std::size_t recipient) {
  auto grounds = search.collect(recipient);
  grounds.is_surge = is_surge(transaction_, search.owner(recipient), transaction_.now);
  const std::string network = net::network_key(transaction_.client.address).to_string();
  co_await places_.weigh(grounds.evidence, search.owner(recipient),
                         {.digest = digest_, .network = network, .now = transaction_.now},
                         search.tag_recipients(recipient));
  co_return weigh(std::move(grounds), search.owner(recipient));
}

net::Task<void> MailJudge::judge(response::Response response) {
  response_ = std::move(response);
  facts_ = common_facts(transaction_, *response_);
  ProofSearch search(transaction_, *response_, transaction_.ledger);
  co_await search.look();
  std::vector<policy::Verdict> verdicts;
  std::vector<Told> told;
  for (std::size_t i = 0; i < transaction_.recipients.size(); ++i) {
    const auto& one = transaction_.recipients[i];
    policy::MessageFacts facts = facts_;
    facts.origin = co_await origin_of(search, i);
    is_contradiction_ |= is_certain_dsn(*response_) && facts.origin.result == origin::Result::Unproven &&
                         search.has_other_signature(i);
    facts.is_tightened = is_tightened(transaction_, search.owner(i), transaction_.now);
    note_unproven(transaction_, search.owner(i), *response_, facts.origin, transaction_.now);
    const auto domain = policy_of(*one.domain, one.claim->plain().domain, transaction_);
    verdicts.push_back(policy::judge_message(facts, domain));
    told.push_back({std::move(facts), domain.ready});
  }
  const std::size_t worst = policy::least_favourable(verdicts);
  judged_ = &transaction_.recipients[worst];
  facts_ = std::move(told[worst].facts);
  ready_ = told[worst].ready;
  verdict_ = std::move(verdicts[worst]);
}

}  // namespace backstop::intake
