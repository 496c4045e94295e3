// How surely a mail is a response at all, and whether what decides was read.
#pragma once

#include <cstddef>

#include "mail/message.h"
#include "response/header_facts.h"
#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

struct CertaintyFacts {
  const HeaderFacts& header;
  const ReportText& text;
  const mail::Message& message;
  std::size_t most_text;  ///< Limits::text
  bool is_cut;            ///< a cap was met, or the mail goes on
  Extent extent;
};

/// What the structure alone shows. Called while the recipients of `response` are those of the report's
/// fields, before any were read from the text.
ShownBy shown_by_structure(const CertaintyFacts& facts, const Response& response);

/// Sets `look` of the finished `response`, and `shown_by` if nothing stronger than its form shows it.
/// `has_format`: the text is that of a known product.
void weigh(const CertaintyFacts& facts, bool has_format, Response& response);

}  // namespace backstop::response
