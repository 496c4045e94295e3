// The report of a scanned mailbox in its two forms.
#pragma once

#include <string>

#include "report/scan_report.h"

namespace backstop::report {

/// Returns one JSON object as docs/scan.schema.json has it, with a line end.
std::string to_json_line(const ScanReport& report);

/// Returns the report for people: counts, days as bars, surges and top lists.
std::string to_page(const ScanReport& report);

}  // namespace backstop::report
