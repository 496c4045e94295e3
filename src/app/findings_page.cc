#include <fmt/format.h>

#include "app/fact_table.h"
#include "app/findings.h"
#include "base/text.h"
#include "response/explain.h"

namespace backstop::app {

namespace {

constexpr std::size_t kMostRecipientsShown = 10;

std::string_view origin_sentence(origin::Result result) {
  switch (result) {
    case origin::Result::Genuine:
      return "It is genuine: you did write the mail that it answers.";
    case origin::Result::Forged:
      return "It is forged: you did not write the mail that it answers.";
    case origin::Result::Unproven:
      break;
  }
  return "Nothing proves that you wrote the mail that it answers.";
}

std::string_view status_source(response::StatusFrom from) {
  switch (from) {
    case response::StatusFrom::Field:
      return " (its own field)";
    case response::StatusFrom::Diagnostic:
      return " (from what the server said)";
    case response::StatusFrom::SmtpCode:
      return " (derived from the SMTP code)";
    case response::StatusFrom::None:
      break;
  }
  return "";
}

void add_recipient(const response::Recipient& recipient, FactTable& table) {
  table.add("Recipient", recipient.address.empty() ? recipient.original_address : recipient.address);
  if (!recipient.address.empty() && !base::iequals(recipient.address, recipient.original_address)) {
    table.add("  written to", recipient.original_address);
  }
  if (recipient.action != response::Action::None) table.add("  action", name(recipient.action));
  if (recipient.reason != response::Reason::Unknown) table.add("  reason", name(recipient.reason));
  if (!recipient.status.empty()) {
    table.add("  status", recipient.status + std::string(status_source(recipient.status_from)));
  }
  table.add("  refused by", recipient.remote_mta);
  table.add("  its words", recipient.diagnostic);
}

void add_original(const response::Original& original, FactTable& table) {
  table.add("Answers", original.subject.empty() ? original.message_id : original.subject);
  table.add("  from", original.from);
  table.add("  to", original.to);
  table.add("  date", original.date);
  if (!original.subject.empty()) table.add("  Message-ID", original.message_id);
  table.add("  found in", name(original.found_in));
}

std::string facts(const Findings& findings) {
  const response::Response& response = findings.response;
  FactTable table;
  table.add("Kind", name(response.kind));
  if (response.kind != response::Kind::None) table.add("Certainty", name(certainty(response)));
  table.add("Form", response.format);
  table.add("Sent by", response.reporting_mta);
  for (std::size_t i = 0; i < std::min(response.recipients.size(), kMostRecipientsShown); ++i) {
    add_recipient(response.recipients[i], table);
  }
  if (response.recipients.size() > kMostRecipientsShown) {
    table.add("", fmt::format("and {} more recipients", response.recipients.size() - kMostRecipientsShown));
  }
  if (response.original) add_original(*response.original, table);
  if (response.kind != response::Kind::None) {
    table.add("Origin", fmt::format("{} ({})", origin::name(findings.origin.result),
                                    origin::name(findings.origin.cause)));
  }
  for (const auto& evidence : findings.origin.evidence) {
    table.add(fmt::format("  {}", origin::name(evidence.kind)),
              fmt::format("{}: {}", origin::name(evidence.finding), evidence.detail));
  }
  if (response.truncated || findings.is_cut_short) table.add("Note", "not all of this mail could be read");
  return table.text();
}

}  // namespace

std::string explanation(const Findings& findings) {
  std::string text = response::explain(findings.response);
  if (findings.response.kind == response::Kind::None) return text;
  if (!text.empty()) text += ' ';
  return text.append(origin_sentence(findings.origin.result));
}

std::string to_page(const Findings& findings) {
  return base::printable(findings.file, 4096) + '\n' + wrap(explanation(findings), 2) + '\n' +
         facts(findings);
}

}  // namespace backstop::app
