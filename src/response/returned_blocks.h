// Finds every header block that a response returns, and the watermarks in what it returns.
#pragma once

#include "mail/message.h"
#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

struct Limits;

/// Where header blocks are looked for.
struct ReturnedSources {
  const mail::Message& message;
  const ReportText& text;
  const Limits& limits;
  bool is_cut = false;  ///< only the start of the mail was read
};

/// Fills `returned` and `watermarks` of a response. Looks into parts that are made for it, into plain text,
/// also quoted, indented or re-wrapped, into HTML, and into mails within returned mails. Sets `truncated` if
/// a block is longer than Limits::header_block. `scratch` is overwritten. Linear.
void find_returned(const ReturnedSources& sources, mail::Message& scratch, Response& response);

}  // namespace backstop::response
