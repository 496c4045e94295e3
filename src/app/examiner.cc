#include "app/examiner.h"

#include <algorithm>

#include "app/arrival.h"
#include "base/text.h"
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

// True where the reverse path is known, and is not the null one.
bool Examiner::has_named_sender() const {
  if (settings_.reverse_path) return !settings_.reverse_path->empty();
  if (header_.parts.empty()) return false;
  const std::string_view path = base::trim(header_.value(header_.parts.front(), mail::FieldName::ReturnPath));
  return !path.empty() && path != "<>";
}

origin::Origin Examiner::judge(const std::vector<mail::Address>& recipients,
                               std::optional<std::chrono::sys_days> day) const {
  std::vector<origin::Evidence> evidence;
  if (settings_.keys && !recipients.empty()) {
    const auto expired =
        day && !has_named_sender() ? origin::ExpiredTag::Refutes : origin::ExpiredTag::IsSilent;
    evidence.push_back(origin::tag_evidence(envelope_recipient(recipients), *settings_.keys,
                                            day.value_or(settings_.today), settings_.tags, expired));
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
  findings.origin = judge(candidates, examined.day);
  return examined;
}

}  // namespace backstop::app
