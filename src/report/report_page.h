// The page and the JSON of a HistoryReport. Pure; untrusted text is shown safely.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "report/history_report.h"
#include "report/local_time.h"
#include "report/ready_page.h"
#include "store/event.h"

namespace backstop::report {

/// The cause of an event that says that a surge began: a flood of responses without a proof. Its explanation
/// says whose.
inline constexpr std::string_view kSurgeCause = "surge";

/// What the page needs beside the counts.
struct ReportContext {
  Moment since;
  Moment until;
  std::span<const store::Event> surges;  ///< with kSurgeCause, newest first
  std::span<const DomainReadiness> ready;
};

std::string report_page(const HistoryReport& report, const ReportContext& context);
boost::json::object report_json(const HistoryReport& report, const ReportContext& context);

}  // namespace backstop::report
