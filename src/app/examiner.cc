#include "app/examiner.h"

#include <algorithm>

#include "app/arrival.h"
#include "origin/tag_evidence.h"

namespace backstop::app {

std::vector<mail::Address> Examiner::recipients() const {
  if (settings_.recipient) return {*settings_.recipient};
  return arrival_recipients(header_);
}

// The one with a tag, for a tag is only put into an address that was in an envelope; else the likeliest.
const mail::Address& Examiner::envelope_recipient(const std::vector<mail::Address>& recipients) const {
  const auto tagged = std::ranges::find_if(recipients, [&](const auto& one) {
    return origin::find_tag(one, settings_.tags.delimiter).has_value();
  });
  return tagged == recipients.end() ? recipients.front() : *tagged;
}

std::string Examiner::without_tag(const mail::Address& address) const {
  const auto tag = origin::find_tag(address, settings_.tags.delimiter);
  return (tag ? tag->plain : address).folded();
}

origin::Origin Examiner::judge(const std::vector<mail::Address>& recipients,
                               std::chrono::sys_days day) const {
  std::vector<origin::Evidence> evidence;
  if (settings_.keys && !recipients.empty()) {
    evidence.push_back(
        origin::tag_evidence(envelope_recipient(recipients), *settings_.keys, day, settings_.tags));
  }
  return origin::judge(std::move(evidence));
}

Examined Examiner::examine(const SourceMail& mail) {
  Examined examined;
  Findings& findings = examined.findings;
  findings.file = mail.name;
  findings.is_cut_short = !mail.problem.empty();
  const response::Envelope envelope{
      .reverse_path = settings_.reverse_path,
      .recipient = settings_.recipient ? settings_.recipient->text() : std::string()};
  findings.response = reader_.read(mail.bytes, envelope);
  mail::walk_header(mail.bytes, header_);
  examined.day = day_of_arrival(header_);
  if (findings.response.kind == response::Kind::None) return examined;
  const auto candidates = recipients();
  if (!candidates.empty()) examined.recipient = without_tag(envelope_recipient(candidates));
  findings.origin = judge(candidates, examined.day.value_or(settings_.today));
  return examined;
}

}  // namespace backstop::app
