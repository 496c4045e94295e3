// The page and the JSON of a HistoryReport. Pure; untrusted text is shown safely.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "report/history_report.h"
#include "report/late_refusals.h"
#include "report/local_time.h"
#include "report/ready_page.h"
#include "report/way_out_report.h"
#include "store/event.h"

namespace backstop::report {

/// What the page needs beside the counts.
struct ReportContext {
  Moment since;
  Moment until;
  std::span<const store::Event> surges;  ///< with the cause store::kSurge, newest first
  std::span<const DomainReadiness> ready;
  std::span<const LateRefusals> late{};
  const WayOutReport* way_out = nullptr;  ///< null: not counted
  bool has_quarantine = true;             ///< without one, what would be kept back is labelled
};

std::string report_page(const HistoryReport& report, const ReportContext& context);
boost::json::object report_json(const HistoryReport& report, const ReportContext& context);

}  // namespace backstop::report
