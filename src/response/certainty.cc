#include "response/certainty.h"

#include <algorithm>

#include "base/text.h"
#include "mail/parameter.h"
#include "response/original.h"
#include "response/person.h"

namespace backstop::response {
namespace {

using mail::MediaType;

bool names_recipient(const Response& response) {
  return std::ranges::any_of(response.recipients, [](const Recipient& recipient) {
    return !recipient.address.empty() || !recipient.original_address.empty() || recipient.is_doubtful;
  });
}

// The header promises a delivery report, and a cap was met before a whole one was read.
bool is_padded(const CertaintyFacts& facts) {
  constexpr std::size_t kLeast = 32UZ * 1024;  // a file that only lacks its end hides nothing
  const mail::Message& message = facts.message;
  if (!facts.header.is_null_path) return false;
  const mail::Part* const report = find_own_part(message, MediaType::MessageDeliveryStatus);
  const bool is_report_long = report != nullptr && message.body_of(*report).size() > facts.most_text;
  if (!facts.is_cut && !is_report_long) return false;
  if (facts.extent == Extent::Start && message.buffer.size() < kLeast) return false;
  const auto type = mail::parameter(message.parts[0].content_type_parameters, "report-type");
  if (!type || !base::iequals(*type, "delivery-status")) return false;
  return report == nullptr || report->end >= message.buffer.size() || is_report_long;
}

// The returned header has more fields than any mail has. It was in what was read, so a proof was looked for
// in it as far as it goes; else a forger could always make the look incomplete.
bool is_stuffed(const mail::Message& message) {
  return message.truncated == mail::Truncation::Fields &&
         std::ranges::any_of(message.parts, [&](const mail::Part& part) {
           return holds_header(part) && !is_inside_message(message, part);
         });
}

// People quote reports and attach them, also through lists that replace their sender by the null one.
bool is_by_person(const CertaintyFacts& facts) {
  return has_mail_program(facts.message) || begins_with_greeting(facts.text);
}

bool is_from_daemon(const CertaintyFacts& facts) {
  const HeaderFacts& header = facts.header;
  if (header.has_reply_subject || is_by_person(facts)) return false;
  return header.is_daemon_sender || header.is_mailer_daemon ||
         (header.is_postmaster && !header.has_references);
}

}  // namespace

ShownBy shown_by_structure(const CertaintyFacts& facts, const Response& response) {
  const HeaderFacts& header = facts.header;
  if (!header.is_daemon_path || (!header.is_report && is_by_person(facts))) return ShownBy::Appearance;
  if (has_own_part(facts.message, MediaType::MessageDeliveryStatus) && names_recipient(response))
    return ShownBy::DeliveryStatus;
  if (is_padded(facts)) return ShownBy::Padding;
  return header.has_failed_recipients ? ShownBy::FailedRecipients : ShownBy::Appearance;
}

void weigh(const CertaintyFacts& facts, bool has_format, Response& response) {
  const bool has_original = response.original && has_come_back(*response.original);
  if (response.shown_by == ShownBy::Appearance && facts.header.is_null_path && has_format && has_original &&
      is_from_daemon(facts)) {
    response.shown_by = ShownBy::Format;
  }
  const bool is_read = is_dsn(response.kind) && (has_original || is_stuffed(facts.message)) &&
                       (response.shown_by != ShownBy::Appearance || has_format);
  if (response.shown_by == ShownBy::Padding) {
    response.look = Look::Padded;
  } else if (facts.is_cut && !is_read) {
    response.look = Look::Cut;
  }
}

}  // namespace backstop::response
