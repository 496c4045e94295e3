#include "report/examiner.h"

#include <algorithm>

#include "base/text.h"
#include "mailbox/arrival.h"
#include "origin/claim.h"

namespace backstop::report {

std::vector<mail::Address> Examiner::recipients() const {
  if (settings_.recipient) return {*settings_.recipient};
  return mailbox::arrival_recipients(header_);
}

// Returns the recipient with a tag, since only an address in an envelope ever gets a tag; else the likeliest.
const mail::Address& Examiner::envelope_recipient(const std::vector<mail::Address>& recipients) const {
  const auto tagged = std::ranges::find_if(recipients, [&](const auto& one) {
    return origin::find_tag(one, settings_.tags.delimiter).has_value();
  });
  return tagged == recipients.end() ? recipients.front() : *tagged;
}

origin::Origin Examiner::judge(const response::Response& response,
                               const std::vector<mail::Address>& recipients,
                               std::optional<std::chrono::sys_days> day) const {
  origin::Recipient recipient;
  const bool is_known = settings_.keys && !recipients.empty();
  if (is_known) {
    recipient.address = envelope_recipient(recipients);
    recipient.tag =
        origin::verify(recipient.address, *settings_.keys, day.value_or(settings_.today), settings_.tags);
  }
  return origin::judge(origin::collect(
      {recipient, response, {.has_keys = is_known, .is_tagging = is_known, .tags = settings_.tags}}));
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
  mail::walk_header(mail.bytes, header_);
  examined.day = mailbox::day_of_arrival(header_);
  if (findings.response.kind == response::Kind::None) return examined;
  const auto candidates = recipients();
  if (!candidates.empty()) {
    examined.recipient =
        origin::without_tag(envelope_recipient(candidates), settings_.tags.delimiter).folded();
  }
  findings.origin = judge(findings.response, candidates, examined.day);
  return examined;
}

}  // namespace backstop::report
