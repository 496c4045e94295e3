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
  if (settings_.recipient) return {*settings_.recipient};
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

origin::Origin Examiner::judge(const intake::Site& site, const response::Response& response,
                               const mail::Address& recipient, std::chrono::sys_days today) {
  intake::Transaction transaction;
  transaction.site = &site;
  transaction.today = today;
  transaction.now = settings_.now;
  transaction.ready = settings_.ready.get();
  auto check = intake::check_recipient(transaction, recipient, false);
  if (!check.claim) return without_proofs(response);
  transaction.recipients.push_back(
      {.given = recipient.text(), .domain = check.domain, .claim = std::move(check.claim)});
  return judge_.judge(transaction, response, settings_.ledger.get());
}

Examined Examiner::examine(const mailbox::SourceMail& mail) {
  Examined examined;
  Findings& findings = examined.findings;
  findings.file = mail.name;
  findings.is_cut_short = !mail.problem.empty();
  const response::Envelope envelope{
      .reverse_path = settings_.reverse_path,
      .recipient = settings_.recipient ? settings_.recipient->text() : std::string()};
  findings.response = reader_.read(mail.bytes, envelope,
                                   findings.is_cut_short ? response::Extent::Start : response::Extent::Whole);
  examined.day = mailbox::day_of_arrival(mail.header);
  if (findings.response.kind == response::Kind::None) return examined;
  const auto candidates = recipients(mail.header);
  const auto* const recipient = envelope_recipient(candidates);
  if (recipient != nullptr) {
    examined.recipient = origin::without_tag(*recipient, settings_.site.tags.delimiter).folded();
  }
  findings.origin = judge(findings.response, recipient, today(examined.day));
  return examined;
}

}  // namespace backstop::report
