// Recognises what a filter tells a reader about mail to that reader: which mails it held, and how to release
// them. It answers no mail of the reader's, so it is no filter notice. Pure.
#pragma once

#include "response/header_facts.h"
#include "response/report_text.h"

namespace backstop::response {

bool is_quarantine_digest(const HeaderFacts& header, const ReportText& text);

}  // namespace backstop::response
