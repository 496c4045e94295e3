#include "report/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
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

std::string_view bounce_type_words(response::BounceType type) {
  return type == response::BounceType::Hard ? "hard (the address is of no use)"
                                            : "soft (a later mail may arrive)";
}

// Returns "RCPT, with reply 550".
std::string failed_step(const response::Recipient& recipient) {
  if (recipient.command == response::Command::None) return "";
  const std::string with = recipient.reply_code.empty() ? "" : ", with reply " + recipient.reply_code;
  const bool is_connect = recipient.command == response::Command::Connect;
  return (is_connect ? "the connection" : std::string(name(recipient.command))) + with;
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
  if (recipient.bounce_type != response::BounceType::None)
    table.add("  bounce", bounce_type_words(recipient.bounce_type));
  table.add("  failed at", failed_step(recipient));
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

// Returns "refused".
std::string_view done_words(policy::Action action) {
  constexpr std::array<std::string_view, policy::kActionNames.size()> kWords = {
      "accepted", "accepted, with a label", "kept back in the quarantine", "refused", "put off"};
  return kWords[static_cast<std::size_t>(action)];
}

std::string_view not_asked_words(std::string_view what) {
  if (what == kEnvelopeSender) {
    return "who the envelope sender is, since there is no Return-Path: if it is <>, as it is of bounces, "
           "this may be judged more strictly; say it with --mail-from '<>'";
  }
  if (what == kDirectory) return "whether the recipient exists";
  return what == kSender ? "the checks of the sender" : "DNS, for our DKIM keys";
}

void add_outcome(const Outcome& outcome, FactTable& table) {
  const auto& verdict = outcome.verdict;
  const std::string stage = outcome.stage.empty() ? "" : fmt::format(" at stage {}", outcome.stage);
  table.add("Would be", fmt::format("{}{} ({})", done_words(verdict.action), stage, name(verdict.cause)));
  table.add("  for", outcome.recipient);
  table.add("  why", verdict.explanation + '.');
  if (verdict.next_stage) table.add("  next stage", done_words(*verdict.next_stage));
  if (!outcome.not_asked.empty()) {
    std::vector<std::string_view> words;
    for (const auto what : outcome.not_asked) words.push_back(not_asked_words(what));
    table.add("  not asked", fmt::format("{}", fmt::join(words, "; ")));
  }
}

void add_outcomes(const Findings& findings, FactTable& table) {
  if (!findings.outcomes) return;
  for (const auto& outcome : *findings.outcomes) add_outcome(outcome, table);
  if (findings.outcomes->empty())
    table.add("Would be", "not known: no recipient of yours is known; say it with --rcpt ADDRESS");
}

std::string facts(const Findings& findings) {
  const response::Response& response = findings.response;
  FactTable table;
  table.add("Kind", name(response.kind));
  if (response.kind != response::Kind::None) table.add("Certainty", name(certainty(response)));
  table.add("Form", response.format);
  table.add("Sent by", response.reporting_mta);
  table.add("Date", response.date);
  table.add("List", response.list_id);
  table.add("Complaint", response.feedback_type);
  for (std::size_t i = 0; i < std::min(response.recipients.size(), kMostRecipientsShown); ++i) {
    add_recipient(response.recipients[i], table);
  }
  if (response.recipients.size() > kMostRecipientsShown) {
    const auto more = response.recipients.size() - kMostRecipientsShown;
    table.add("", fmt::format("and {} more recipient{}", more, more == 1 ? "" : "s"));
  }
  if (response.original) add_original(*response.original, table);
  if (response.kind != response::Kind::None) {
    table.add("Origin", fmt::format("{} ({})", origin::name(findings.origin.result),
                                    origin::name(findings.origin.cause)));
  }
  add_evidence(findings.origin, table);
  add_outcomes(findings, table);
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
  out.text("reply_code", recipient.reply_code);
  out.text("command", name(recipient.command));
  out.text("bounce_type", name(recipient.bounce_type));
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

void write(const std::optional<std::vector<Outcome>>& outcomes, JsonWriter& out) {
  if (!outcomes) return out.none("would");
  out.begin_list("would");
  for (const auto& one : *outcomes) {
    const auto& verdict = one.verdict;
    out.begin_object();
    out.text("recipient", one.recipient);
    out.text("stage", one.stage);
    out.text("action", name(verdict.action));
    out.text("cause", name(verdict.cause));
    if (verdict.next_stage) {
      out.text("next_stage", policy::name(*verdict.next_stage));
    } else {
      out.none("next_stage");
    }
    out.text("explanation", verdict.explanation);
    out.begin_list("not_asked");
    for (const auto what : one.not_asked) out.text({}, what);
    out.end_list();
    out.end_object();
  }
  out.end_list();
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
  out.text("form", response.format);
  out.text("reporting_mta", response.reporting_mta);
  out.text("date", response.date);
  out.text("list_id", response.list_id);
  out.text("feedback_type", response.feedback_type);
  out.begin_list("recipients");
  for (const auto& recipient : response.recipients) write(recipient, out);
  out.end_list();
  write(response.original, out);
  write(findings.origin, is_response, out);
  write(findings.outcomes, out);
  out.text("explanation", explanation(findings));
  out.truth("truncated", response.truncated || findings.is_cut_short);
  out.end_object();
  return std::move(out).take_line();
}

}  // namespace backstop::report
