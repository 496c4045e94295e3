#include "report/examiner.h"

#include <algorithm>
#include <utility>

#include "intake/recipient_check.h"
#include "mailbox/arrival.h"
#include "origin/claim.h"
#include "origin/tag.h"

namespace backstop::report {

namespace {

origin::Origin without_proofs(const response::Response& response) {
  return origin::judge(origin::collect({.recipient = {}, .response = response, .context = {}}));
}

// Returns whether a check of the sender may refuse mail.
bool may_refuse(const intake::AuthSettings& auth) {
  const auto refuses = [](intake::AuthUse use) { return use == intake::AuthUse::Reject; };
  return refuses(auth.spf) || refuses(auth.dmarc) || refuses(auth.sender_domain) ||
         std::ranges::any_of(auth.lists, &intake::AuthList::is_rejecting);
}

}  // namespace

bool ExaminerSettings::has_proofs() const {
  return !site.keys.keys().empty() || site.dkim_keys != nullptr || ledger != nullptr ||
         !site.hostname.empty() || !site.own_hosts.empty();
}

Examiner::Examiner(ExaminerSettings settings)
    : settings_(std::move(settings)),
      takes_any_domain_(settings_.site.domains.empty()),
      unaddressed_(settings_.site) {
  unaddressed_.keys = {};
  unaddressed_.domains = {{.name = {}}};
}

std::vector<mail::Address> Examiner::recipients(const mail::Message& header) const {
  if (!settings_.recipients.empty()) return settings_.recipients;
  return mailbox::arrival_recipients(header);
}

// Of those that are ours, returns the recipient with a tag, since only an address in an envelope ever gets a
// tag; else the likeliest; null if none is.
const mail::Address* Examiner::envelope_recipient(const std::vector<mail::Address>& recipients) const {
  const mail::Address* likeliest = nullptr;
  for (const auto& one : recipients) {
    if (!takes_any_domain_ && intake::domain_of(settings_.site, one) == nullptr) continue;
    if (origin::find_tag(one, settings_.site.tags.delimiter)) return &one;
    if (likeliest == nullptr) likeliest = &one;
  }
  return likeliest;
}

std::chrono::sys_days Examiner::today(std::optional<std::chrono::sys_days> arrival) const {
  const auto now = std::chrono::floor<std::chrono::days>(settings_.now);
  return settings_.is_now_given ? now : arrival.value_or(now);
}

origin::Origin Examiner::judge(const response::Response& response, const mail::Address* recipient,
                               std::chrono::sys_days today) {
  if (settings_.has_proofs()) {
    if (recipient != nullptr) {
      if (takes_any_domain_) settings_.site.domains = {{.name = recipient->domain}};
      return judge(settings_.site, response, *recipient, today);
    }
    // A Message-ID that left, of whomever, is a proof all the same.
    if (takes_any_domain_) return judge(unaddressed_, response, {}, today);
  }
  return without_proofs(response);
}

intake::Transaction Examiner::transaction_of(const intake::Site& site, std::chrono::sys_days today) const {
  intake::Transaction transaction;
  transaction.site = &site;
  transaction.today = today;
  transaction.now = settings_.now;
  transaction.ready = settings_.ready.get();
  return transaction;
}

origin::Origin Examiner::judge(const intake::Site& site, const response::Response& response,
                               const mail::Address& recipient, std::chrono::sys_days today) {
  auto transaction = transaction_of(site, today);
  auto check = intake::check_recipient(transaction, recipient, false);
  if (!check.claim) return without_proofs(response);
  transaction.recipients.push_back(
      {.given = recipient.text(), .domain = check.domain, .claim = std::move(check.claim)});
  return judge_.judge(transaction, response, settings_.ledger.get());
}

response::Envelope Examiner::envelope() const {
  return {.reverse_path = settings_.reverse_path,
          .recipient = settings_.recipients.empty() ? std::string() : settings_.recipients.front().text()};
}

Outcome Examiner::outcome_for(const response::Response& response, const mail::Address& recipient,
                              std::chrono::sys_days today, bool knows_sender) {
  auto transaction = transaction_of(settings_.site, today);
  auto check = intake::check_recipient(transaction, recipient, false);
  Outcome outcome{.recipient = recipient.text(), .stage = {}, .verdict = {}, .not_asked = {}};
  policy::DomainPolicy domain;
  if (check.domain != nullptr) {
    domain = intake::policy_of(*check.domain, check.plain.domain, transaction);
    outcome.stage = policy::name(domain.stage);
  }
  outcome.verdict = policy::judge_recipient(check.facts, domain);
  if (outcome.verdict.action != policy::Action::Accept || !check.claim) return outcome;
  if (!knows_sender) outcome.not_asked.push_back(kEnvelopeSender);
  if (!check.domain->recipients.empty()) outcome.not_asked.push_back(kDirectory);
  if (may_refuse(settings_.site.auth)) outcome.not_asked.push_back(kSender);
  transaction.recipients.push_back({.given = recipient.text(),
                                    .domain = check.domain,
                                    .claim = std::move(check.claim),
                                    .is_exempt = check.is_exempt});
  origin::Origin origin;
  if (response.kind != response::Kind::None) {
    origin = judge_.judge(transaction, response, settings_.ledger.get());
    if (settings_.is_looking_up_dkim && origin.result != origin::Result::Genuine)
      outcome.not_asked.push_back(kDkimLookup);
  }
  outcome.verdict = intake::lone_verdict(transaction, response, std::move(origin));
  return outcome;
}

void Examiner::ask_policy(const mailbox::SourceMail& mail, const std::vector<mail::Address>& candidates,
                          std::chrono::sys_days today, Findings& findings) {
  const response::Response* response = &findings.response;
  response::Response start;
  if (settings_.most_held != 0 && mail.bytes.size() > settings_.most_held &&
      response->kind != response::Kind::None) {
    start = reader_.read(mail.bytes.substr(0, settings_.most_held), envelope(), response::Extent::Start);
    response = &start;
  }
  const bool knows_sender = settings_.reverse_path ||
                            mail.header.find(mail.header.parts[0], mail::FieldName::ReturnPath) != nullptr;
  auto& outcomes = findings.outcomes.emplace();
  for (const auto& one : candidates) {
    // The header of a mail that was passed on also names mailboxes of others.
    const bool is_given = !settings_.recipients.empty();
    if (!is_given && intake::domain_of(settings_.site, one) == nullptr) continue;
    if (std::ranges::find(outcomes, one.text(), &Outcome::recipient) != outcomes.end()) continue;
    outcomes.push_back(outcome_for(*response, one, today, knows_sender));
  }
}

Examined Examiner::examine(const mailbox::SourceMail& mail) {
  Examined examined;
  Findings& findings = examined.findings;
  findings.file = mail.name;
  findings.is_cut_short = !mail.problem.empty();
  findings.response = reader_.read(mail.bytes, envelope(),
                                   findings.is_cut_short ? response::Extent::Start : response::Extent::Whole);
  examined.day = mailbox::day_of_arrival(mail.header);
  const bool is_response = findings.response.kind != response::Kind::None;
  if (!is_response && !settings_.asks_policy) return examined;
  const auto candidates = recipients(mail.header);
  if (settings_.asks_policy) ask_policy(mail, candidates, today(examined.day), findings);
  if (!is_response) return examined;
  const auto* const recipient = envelope_recipient(candidates);
  if (recipient != nullptr) {
    examined.recipient = origin::without_tag(*recipient, settings_.site.tags.delimiter).folded();
  }
  findings.origin = judge(findings.response, recipient, today(examined.day));
  return examined;
}

}  // namespace backstop::report
