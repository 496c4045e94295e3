// Tells how surely a mail is a response at all, and whether the parts of it that decide were read. Pure.
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
  bool is_cut;            ///< something was not read: a limit was met, or the mail goes on
  Extent extent;          ///< whether the mail goes on after the bytes that were read
};

/// Returns what the structure alone shows. Must be called while the recipients of `response` are only those
/// of the report's fields, before any are read from the text.
ShownBy shown_by_structure(const CertaintyFacts& facts, const Response& response);

/// Sets `look` of the finished `response`, and raises `shown_by` from Appearance to Format if its form shows
/// that it is a response. `has_format`: the text is that of a known product.
void weigh(const CertaintyFacts& facts, bool has_format, Response& response);

}  // namespace backstop::response
