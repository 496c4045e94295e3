#include <backstop/reader.h>

#include <utility>

#include "library/mail_findings.h"

namespace backstop {

namespace {

Recipient value_of(response::Recipient&& read) {
  return {.address = std::move(read.address),
          .original_address = std::move(read.original_address),
          .action = std::string(name(read.action)),
          .status = std::move(read.status),
          .status_from = std::string(name(read.status_from)),
          .reply_code = std::move(read.reply_code),
          .command = std::string(name(read.command)),
          .bounce_type = std::string(name(read.bounce_type)),
          .reason = std::string(name(read.reason)),
          .remote_mta = std::move(read.remote_mta),
          .diagnostic = std::move(read.diagnostic)};
}

Original value_of(response::Original&& read) {
  return {.message_id = std::move(read.message_id),
          .from = std::move(read.from),
          .to = std::move(read.to),
          .subject = std::move(read.subject),
          .date = std::move(read.date),
          .found_in = std::string(name(read.found_in))};
}

}  // namespace

std::string read(std::string_view mail, const ReadOptions& options) {
  std::string line = report::to_json_line(library::findings_of(mail, options));
  line.pop_back();  // the line end
  return line;
}

Reading read_value(std::string_view mail, const ReadOptions& options) {
  auto findings = library::findings_of(mail, options);
  Reading reading;
  reading.explanation = report::explanation(findings);
  response::Response& response = findings.response;
  reading.kind = name(response.kind);
  if (response.kind != response::Kind::None) reading.certainty = name(certainty(response));
  reading.form = response.format;
  reading.reporting_mta = std::move(response.reporting_mta);
  reading.date = std::move(response.date);
  reading.list_id = std::move(response.list_id);
  reading.feedback_type = std::move(response.feedback_type);
  for (auto& recipient : response.recipients) reading.recipients.push_back(value_of(std::move(recipient)));
  if (response.original) reading.original = value_of(std::move(*response.original));
  reading.watermarks = std::move(response.watermarks);
  reading.truncated = response.truncated || findings.is_cut_short;
  return reading;
}

bool can_be_response(std::string_view header, const ReadOptions& options) {
  return library::can_be_response(header, options);
}

}  // namespace backstop
