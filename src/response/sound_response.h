// What must hold for the Response to any bytes. Used by the unit tests and the fuzz target.
#pragma once

#include <string>
#include <string_view>

#include "base/text.h"
#include "response/answered.h"
#include "response/formats.h"
#include "response/reader.h"
#include "response/signs.h"

namespace backstop::response {

/// Returns an empty string if `response` is sound, else the rule that it breaks.
inline std::string unsoundness(const Response& response, const Limits& limits) {
  const auto is_none = response.kind == Kind::None;
  if (is_none && !(response.format.empty() && response.date.empty() && response.list_id.empty() &&
                   response.feedback_type.empty()))
    return "no response, and yet a value";
  for (const std::string* value : {&response.date, &response.list_id, &response.feedback_type}) {
    if (!base::is_utf8(*value)) return "a value is no UTF-8";
  }
  if (is_none && (!response.recipients.empty() || response.original || !response.reporting_mta.empty())) {
    return "no response, and yet a finding";
  }
  if (!base::is_utf8(response.reporting_mta)) return "reporting MTA is no UTF-8";
  if (response.recipients.size() > limits.recipients) return "too many recipients";
  for (const auto& recipient : response.recipients) {
    for (const std::string* text : {&recipient.address, &recipient.original_address, &recipient.status,
                                    &recipient.remote_mta, &recipient.diagnostic}) {
      if (!base::is_utf8(*text)) return "a recipient's text is no UTF-8";
    }
    if (recipient.diagnostic.size() > limits.diagnostic) return "diagnostic past its cap";
    if (!recipient.reply_code.empty() && recipient.reply_code.size() != 3) return "a reply code that is none";
    if (!is_dsn(response.kind) &&
        (recipient.command != Command::None || recipient.bounce_type != BounceType::None))
      return "a session without a bounce";
    if (recipient.status.empty() != (recipient.status_from == StatusFrom::None)) {
      return "a status from nowhere";
    }
  }
  if (const auto& original = response.original) {
    for (const std::string* text : {&original->message_id, &original->from, &original->to, &original->subject,
                                    &original->date, &original->in_reply_to, &original->references}) {
      if (!base::is_utf8(*text)) return "the original's text is no UTF-8";
    }
  }
  if (is_none &&
      !(response.returned.empty() && response.watermarks.empty() && response.answered_ids.empty())) {
    return "no response, and yet something that came back";
  }
  if (response.returned.size() > limits.blocks) return "too many header blocks";
  for (const auto& block : response.returned) {
    if (block.bytes.size() > limits.header_block) return "header block past its cap";
    if (!base::is_utf8(block.message_id) || !base::is_utf8(block.from)) return "a block's text is no UTF-8";
  }
  if (response.watermarks.size() > limits.watermarks) return "too many watermarks";
  if (response.answered_ids.size() > kMostAnsweredIds) return "too many ids";
  if (response.named_ids > response.answered_ids.size()) return "more named ids than ids";
  for (const auto& id : response.answered_ids) {
    if (id.empty() || !base::is_utf8(id)) return "an id that is none";
  }
  bool is_known = response.format.empty();
  for (const auto& row : bounce_formats()) is_known = is_known || row.name == response.format;
  for (const auto signs : sign_tables()) {
    for (const auto& sign : signs) is_known = is_known || sign.product == response.format;
  }
  is_known = is_known || response.format == "MailScanner";
  return is_known ? "" : "a format that is none";
}

/// Limits so narrow that short inputs meet them.
inline const Limits kNarrowLimits{.mime = {.header_bytes = 400, .fields = 12, .nesting = 2, .parts = 4},
                                  .text = 300,
                                  .recipients = 2,
                                  .diagnostic = 20,
                                  .header_block = 50,
                                  .blocks = 2,
                                  .watermarks = 1};

}  // namespace backstop::response
