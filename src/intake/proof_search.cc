#include "intake/proof_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "intake/claim_facts.h"
#include "intake/outbound_tag.h"
#include "intake/seen_signatures.h"
#include "mail/address_syntax.h"
#include "response/answered.h"

namespace backstop::intake {

namespace {

constexpr std::string_view kNoLedger = "The ledger could not be asked.";
constexpr std::string_view kTooManyIds =
    "The response names more Message-IDs, to more mailboxes, than the ledger is asked for.";

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

std::vector<mail::Address> froms_of(const response::Response& response) {
  std::vector<mail::Address> froms;
  for (const auto& block : response.returned) {
    if (auto from = mail::parse_address(block.from)) froms.push_back(std::move(*from));
  }
  return froms;
}

std::string trace_of(const response::Response& response, const Site& site) {
  auto trace = origin::trace_of(response, site.hostname);
  for (auto host = site.own_hosts.begin(); trace.empty() && host != site.own_hosts.end(); ++host)
    trace = origin::trace_of(response, *host);
  return trace;
}

// A ring whose one key is older than any tag can be has made every tag of ours.
bool is_only_key(const Site& site, std::chrono::sys_days today) {
  const auto& keys = site.keys.keys();
  return keys.size() == 1 && keys.front().created + site.tags.lifetime < today;
}

}  // namespace

ProofSearch::ProofSearch(const Transaction& transaction, const response::Response& response,
                         store::LedgerReader* ledger)
    : transaction_(transaction),
      response_(response),
      ledger_(ledger),
      is_from_relay_(is_from_relay(transaction)) {
  const Site& site = *transaction.site;
  context_ = {.has_keys = !site.keys.keys().empty(),
              .is_only_key = is_only_key(site, transaction.today),
              .is_tagging = site.is_tagging(),
              .tags = site.tags,
              .trace = trace_of(response, site)};
  if (context_.is_tagging) context_.untagged = why_untagged(site, response);
  for (const auto& one : transaction.recipients) views_.push_back(view_of(one));
}

ProofSearch::View ProofSearch::view_of(const Recipient& recipient) const {
  const Site& site = *transaction_.site;
  View view{.owners = owners_of(recipient.claim->plain(), *recipient.domain, site.tags.delimiter)};
  view.froms = view.owners.candidates(froms_of(response_));
  return view;
}

// Every tag of a day is made on that day; a recipient without one has no day, and today is asked for.
std::chrono::sys_days ProofSearch::tag_day(const Recipient& recipient) const {
  const auto& tag = recipient.claim->tag;
  return tag.is_ours() ? tag.last_good_day - transaction_.site->tags.lifetime : transaction_.today;
}

net::Task<void> ProofSearch::look() {
  const Site& site = *transaction_.site;
  signatures_ = co_await seen_signatures(
      response_,
      {.folder = site.dkim_keys.get(),
       .look_ups = transaction_.key_look_ups,
       .is_ours = [&site](std::string_view domain) { return site.find_domain(domain) != nullptr; },
       .counted_among = [&site](std::string_view domain) { return site.find_domain(domain)->name; },
       .delimiter = site.tags.delimiter},
      transaction_.now);
  const auto failed = std::ranges::find_if(signatures_, &origin::SeenSignature::is_failed);
  if (failed != signatures_.end()) {
    context_.failed = fmt::format("The DKIM key {} could not be looked up.", failed->key_name);
  }
  if (ledger_ != nullptr) co_await ask_about_owners();
  for (auto& view : views_) {
    view.others = view.froms;
    std::erase_if(view.others,
                  [&](const auto& from) { return view.owners.contains(from) || !site.is_ours(from); });
  }
}

net::Task<void> ProofSearch::ask_about_owners() {
  std::vector<OwnerQuestion> questions;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    questions.push_back({.owner = views_[i].owners.owner(),
                         .froms = views_[i].froms,
                         .day = tag_day(transaction_.recipients[i])});
  }
  const auto addressees = response::claimed_addressees(response_);
  auto answers = co_await ask_ledger(*ledger_, response_, addressees, questions);
  if (!answers) {
    context_.failed = kNoLedger;
    co_return;
  }
  if (answers->are_ids_dropped) context_.failed = kTooManyIds;
  ledger_since_ = answers->covered_since;
  for (std::size_t i = 0; i < views_.size(); ++i) take(std::move(answers->owners[i]), views_[i]);
}

void ProofSearch::take(OwnerAnswers answers, View& view) const {
  for (auto& from : answers.admitted) view.owners.admit(std::move(from));
  view.ids = std::move(answers.ids);
  view.tag_recipients = answers.recipients;
  view.has_written = answers.is_author_known;
}

origin::ProofContext ProofSearch::proofs(const View& view) const {
  return {.owners = view.owners,
          .watermark_keys = transaction_.site->watermark_keys,
          .signatures = signatures_,
          .ids = view.ids,
          .others = view.others,
          .now = transaction_.now};
}

origin::ProofCoverage ProofSearch::coverage(const Recipient& recipient) const {
  const auto since =
      ready_since(*recipient.domain, recipient.claim->plain().domain, *transaction_.site, transaction_.ready);
  const auto of = [&](policy::Carried carried) { return since[static_cast<std::size_t>(carried)]; };
  return {.watermark = of(policy::Carried::Watermark),
          .dkim = of(policy::Carried::Dkim),
          .ledger = ledger_since_,
          .tag = of(policy::Carried::Tag)};
}

origin::Grounds ProofSearch::collect(std::size_t recipient) const {
  const auto& one = transaction_.recipients[recipient];
  const auto found = proofs(views_[recipient]);
  auto context = context_;
  if (!is_from_relay_) context.local = local_of(transaction_.client, *one.domain);
  if (views_[recipient].has_written) {
    context.pair = fmt::format("This mailbox wrote to {} lately.",
                               base::printable(response_.author, mail::kAddressMost));
  }
  return origin::collect({.recipient = *one.claim,
                          .response = response_,
                          .context = context,
                          .proofs = &found,
                          .coverage = coverage(one)});
}

bool ProofSearch::has_other_signature(std::size_t recipient) const {
  return origin::has_other_signature(proofs(views_[recipient]));
}

}  // namespace backstop::intake
