#include "report/findings.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "report/fact_table.h"
#include "report/json_line.h"
#include "response/explain.h"

namespace backstop::report {

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

// The reason is a row of its own unless a piece of evidence says it.
void add_evidence(const origin::Origin& origin, FactTable& table) {
  bool is_said = origin.evidence.empty();
  for (const auto& one : origin.evidence) {
    const auto level = one.level == origin::Level::None ? "" : fmt::format(" ({})", origin::name(one.level));
    table.add(fmt::format("  {}{}", origin::name(one.kind), level),
              fmt::format("{}: {}", origin::name(one.finding), one.detail));
    is_said |= one.detail == origin.why;
  }
  if (!is_said) table.add("  why", origin.why);
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
  add_evidence(findings.origin, table);
  if (response.truncated || findings.is_cut_short) table.add("Note", "not all of this mail could be read");
  return table.text();
}

namespace json = boost::json;

// Boost.JSON writes invalid UTF-8 as it is, so no text reaches it unchecked.
json::string text(std::string_view value) {
  return json::string(base::well_formed(value));
}

json::object to_json(const response::Recipient& recipient) {
  return {
      {"address", text(recipient.address)},         {"original_address", text(recipient.original_address)},
      {"action", name(recipient.action)},           {"status", text(recipient.status)},
      {"status_from", name(recipient.status_from)}, {"reason", name(recipient.reason)},
      {"remote_mta", text(recipient.remote_mta)},   {"diagnostic", text(recipient.diagnostic)}};
}

json::value to_json(const std::optional<response::Original>& original) {
  if (!original) return nullptr;
  return json::object{{"message_id", text(original->message_id)},
                      {"from", text(original->from)},
                      {"to", text(original->to)},
                      {"subject", text(original->subject)},
                      {"date", text(original->date)},
                      {"found_in", name(original->found_in)}};
}

json::object to_json(const origin::Origin& origin, bool is_response) {
  json::array evidence;
  for (const auto& one : origin.evidence) {
    evidence.push_back(json::object{{"name", origin::name(one.kind)},
                                    {"result", origin::name(one.finding)},
                                    {"level", origin::name(one.level)},
                                    {"detail", text(one.detail)}});
  }
  return {{"result", origin::name(origin.result)},
          {"cause", is_response ? json::value(origin::name(origin.cause)) : json::value()},
          {"evidence", std::move(evidence)}};
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

std::string to_json_line(const Findings& findings) {
  const response::Response& response = findings.response;
  json::array recipients;
  for (const auto& recipient : response.recipients) recipients.push_back(to_json(recipient));
  const bool is_response = response.kind != response::Kind::None;
  const json::object object = {
      {"file", text(findings.file)},
      {"kind", response::name(response.kind)},
      {"certainty", is_response ? json::value(response::name(certainty(response))) : json::value()},
      {"reporting_mta", text(response.reporting_mta)},
      {"recipients", std::move(recipients)},
      {"original", to_json(response.original)},
      {"origin", to_json(findings.origin, is_response)},
      {"explanation", text(explanation(findings))},
      {"truncated", response.truncated || findings.is_cut_short}};
  return json_line(object);
}

}  // namespace backstop::report
