#include <boost/json.hpp>

#include "base/day.h"
#include "base/text.h"
#include "report/json_line.h"
#include "report/scan_report.h"

namespace backstop::report {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostListed = 100;

template <std::size_t N>
json::object counts(const std::array<std::string_view, N>& names,
                    const std::array<std::uint64_t, N>& values) {
  json::object object;
  for (std::size_t i = 0; i < N; ++i) object.emplace(names[i], values[i]);
  return object;
}

json::array days(const ScanReport& report) {
  json::array array;
  for (const auto& [day, count] : report.days()) {
    array.push_back(
        json::object{{"day", base::format_day(day)}, {"mails", count.mails}, {"responses", count.responses}});
  }
  return array;
}

json::array surges(const ScanReport& report) {
  json::array array;
  for (const Surge& surge : report.surges()) {
    array.push_back(json::object{
        {"day", base::format_day(surge.day)}, {"responses", surge.responses}, {"usual", surge.usual}});
  }
  return array;
}

json::object top(const TopList& list) {
  json::array array;
  for (const auto& entry : list.top(kMostListed)) {
    array.push_back(json::object{
        {"name", base::well_formed(entry.name)}, {"count", entry.count}, {"too_high_by", entry.too_high_by}});
  }
  return {{"exact", list.is_exact()}, {"top", std::move(array)}};
}

}  // namespace

std::string to_json_line(const ScanReport& report) {
  const json::object object = {{"mails", report.mails()},
                               {"responses", report.responses()},
                               {"by_kind", counts(response::kKindNames, report.by_kind())},
                               {"by_origin", counts(origin::kResultNames, report.by_origin())},
                               {"by_reason", counts(response::kReasonNames, report.by_reason())},
                               {"by_day", days(report)},
                               {"undated", report.undated()},
                               {"surges", surges(report)},
                               {"reporting_systems", top(report.reporters())},
                               {"forged_addresses", top(report.forged_addresses())},
                               {"cut_short", report.cut_short()},
                               {"problems", report.problems()}};
  return json_line(object);
}

}  // namespace backstop::report
