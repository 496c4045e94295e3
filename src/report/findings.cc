#include "report/findings.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.h"
#include "report/fact_table.h"
#include "report/json_writer.h"
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

void write(const response::Recipient& recipient, JsonWriter& out) {
  out.begin_object();
  out.text("address", recipient.address);
  out.text("original_address", recipient.original_address);
  out.text("action", name(recipient.action));
  out.text("status", recipient.status);
  out.text("status_from", name(recipient.status_from));
  out.text("reason", name(recipient.reason));
  out.text("remote_mta", recipient.remote_mta);
  out.text("diagnostic", recipient.diagnostic);
  out.end_object();
}

void write(const std::optional<response::Original>& original, JsonWriter& out) {
  if (!original) return out.none("original");
  out.begin_object("original");
  out.text("message_id", original->message_id);
  out.text("from", original->from);
  out.text("to", original->to);
  out.text("subject", original->subject);
  out.text("date", original->date);
  out.text("found_in", name(original->found_in));
  out.end_object();
}

// Writes a word that is null for a mail that is no response.
void write_of_response(std::string_view key, std::string_view word, bool is_response, JsonWriter& out) {
  if (is_response) return out.text(key, word);
  out.none(key);
}

void write(const origin::Origin& origin, bool is_response, JsonWriter& out) {
  out.begin_object("origin");
  out.text("result", origin::name(origin.result));
  write_of_response("cause", origin::name(origin.cause), is_response, out);
  out.begin_list("evidence");
  for (const auto& one : origin.evidence) {
    out.begin_object();
    out.text("name", origin::name(one.kind));
    out.text("result", origin::name(one.finding));
    out.text("level", origin::name(one.level));
    out.text("detail", one.detail);
    out.end_object();
  }
  out.end_list();
  out.end_object();
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
  const bool is_response = response.kind != response::Kind::None;
  JsonWriter out;
  out.begin_object();
  out.text("file", findings.file);
  out.text("kind", response::name(response.kind));
  write_of_response("certainty", response::name(certainty(response)), is_response, out);
  out.text("reporting_mta", response.reporting_mta);
  out.begin_list("recipients");
  for (const auto& recipient : response.recipients) write(recipient, out);
  out.end_list();
  write(response.original, out);
  write(findings.origin, is_response, out);
  out.text("explanation", explanation(findings));
  out.truth("truncated", response.truncated || findings.is_cut_short);
  out.end_object();
  return std::move(out).take_line();
}

}  // namespace backstop::report
