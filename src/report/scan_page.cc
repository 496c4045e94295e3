#include "report/scan_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/text.h"
#include "report/fact_table.h"
#include "report/json_line.h"
#include "response/explain.h"

namespace backstop::report {

namespace {

constexpr std::size_t kMostListed = 10;
constexpr std::size_t kMostDays = 62;
constexpr std::uint64_t kBarWidth = 40;
constexpr std::size_t kDaySize = 10;   // "2026-11-23"
constexpr std::size_t kMonthSize = 7;  // "2026-11"

using Row = std::pair<std::string, std::uint64_t>;

std::string bar(std::uint64_t value, std::uint64_t largest) {
  if (value == 0 || largest == 0) return {};
  // At least one mark for every count but 0.
  return std::string(std::max<std::uint64_t>(1, value * kBarWidth / largest), '#');
}

// A heading, then a row for each name with its count and a bar.
std::string bar_list(std::string_view heading, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::size_t width = 0;
  std::uint64_t largest = 0;
  for (const auto& [name, count] : rows) {
    width = std::max(width, columns(name));
    largest = std::max(largest, count);
  }
  std::string out = fmt::format("\n{}\n", heading);
  for (const auto& [name, count] : rows) {
    const std::string line = fmt::format("  {}{}  {:>7}  {}", name, std::string(width - columns(name), ' '),
                                         count, bar(count, largest));
    out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
  }
  return out;
}

template <std::size_t N>
std::vector<Row> ranked(const std::array<std::string_view, N>& names,
                        const std::array<std::uint64_t, N>& values) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < N; ++i) {
    if (values[i] > 0) rows.emplace_back(names[i], values[i]);
  }
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  if (rows.size() > kMostListed) rows.resize(kMostListed);
  return rows;
}

std::vector<Row> ranked(const TopList& list) {
  std::vector<Row> rows;
  for (const auto& entry : list.top(kMostListed))
    rows.emplace_back(base::printable(entry.name, 60), entry.count);
  return rows;
}

// A line for each day; for each month if there are more than two months of days.
std::string days(const ScanReport& report) {
  const bool by_day = report.days().size() <= kMostDays;
  std::vector<Row> rows;
  for (const auto& [day, count] : report.days()) {
    const std::string name = base::format_day(day).substr(0, by_day ? kDaySize : kMonthSize);
    if (rows.empty() || rows.back().first != name) rows.emplace_back(name, 0);
    rows.back().second += count.responses;
  }
  return bar_list(by_day ? "Responses by day" : "Responses by month (--json has every day)", rows);
}

std::string surges(const ScanReport& report) {
  std::string out;
  for (const Surge& surge : report.surges()) {
    out += fmt::format("  {}: {} responses, where {:g} a day is usual\n", base::format_day(surge.day),
                       surge.responses, surge.usual);
  }
  return out.empty() ? out : "\nSurges\n" + out;
}

std::string summary(const ScanReport& report) {
  const auto origin = [&](origin::Result result) {
    return report.by_origin()[static_cast<std::size_t>(result)];
  };
  std::string text =
      fmt::format("Mails read: {}. Responses, which is mail that a program sent because of another mail: {}.",
                  report.mails(), report.responses());
  if (report.responses() > 0) {
    text += fmt::format(" Proven to answer mail that you wrote: {}; proven to be forged: {}; unproven: {}.",
                        origin(origin::Result::Genuine), origin(origin::Result::Forged),
                        origin(origin::Result::Unproven));
  }
  if (report.cut_short() > 0) text += fmt::format(" Not whole: {}.", report.cut_short());
  if (report.undated() > 0) text += fmt::format(" Without a date that can be read: {}.", report.undated());
  return wrap(text);
}

// What decided. Without anything to prove with, the causes say nothing.
std::string causes(const ScanReport& report) {
  if (!report.has_proofs()) return {};
  const auto list = [&](std::string_view heading, origin::Result result) {
    return bar_list(heading, ranked(origin::kCauseNames, report.by_cause(result)));
  };
  return list("Genuine, by proof", origin::Result::Genuine) +
         list("Forged, by cause", origin::Result::Forged) +
         list("Unproven, by cause", origin::Result::Unproven);
}

// Each with the level of a proof, as classify has it.
std::string evidence(const ScanReport& report) {
  if (!report.has_proofs()) return {};
  std::vector<Row> rows;
  for (const auto& [said, count] : report.evidence()) {
    const auto level =
        said.level == origin::Level::None ? "" : fmt::format(" ({})", origin::name(said.level));
    rows.emplace_back(fmt::format("{}{} {}", origin::name(said.kind), level, origin::name(said.finding)),
                      count);
  }
  return bar_list("Evidence, with the level of a proof", rows);
}

std::string inexact_note(const ScanReport& report) {
  if (report.reporters().is_exact() && report.forged_addresses().is_exact()) return {};
  return "\n" + wrap(
                    "There were more different names than are counted at a time, so the smaller numbers of "
                    "the last lists may be too high.");
}

namespace json = boost::json;

constexpr std::size_t kMostInJson = 100;

template <std::size_t N>
json::object counts(const std::array<std::string_view, N>& names,
                    const std::array<std::uint64_t, N>& values) {
  json::object object;
  for (std::size_t i = 0; i < N; ++i) object.emplace(names[i], values[i]);
  return object;
}

// For each result the causes that occurred.
json::object causes_json(const ScanReport& report) {
  json::object object;
  for (std::size_t i = 0; i < origin::kResultNames.size(); ++i) {
    json::object occurred;
    const auto& by_cause = report.by_cause(static_cast<origin::Result>(i));
    for (std::size_t j = 0; j < by_cause.size(); ++j) {
      if (by_cause[j] > 0) occurred.emplace(origin::kCauseNames[j], by_cause[j]);
    }
    object.emplace(origin::kResultNames[i], std::move(occurred));
  }
  return object;
}

json::array evidence_json(const ScanReport& report) {
  json::array array;
  for (const auto& [said, count] : report.evidence()) {
    array.push_back(json::object{{"name", origin::name(said.kind)},
                                 {"result", origin::name(said.finding)},
                                 {"level", origin::name(said.level)},
                                 {"count", count}});
  }
  return array;
}

json::array days_json(const ScanReport& report) {
  json::array array;
  for (const auto& [day, count] : report.days()) {
    array.push_back(
        json::object{{"day", base::format_day(day)}, {"mails", count.mails}, {"responses", count.responses}});
  }
  return array;
}

json::array surges_json(const ScanReport& report) {
  json::array array;
  for (const Surge& surge : report.surges()) {
    array.push_back(json::object{
        {"day", base::format_day(surge.day)}, {"responses", surge.responses}, {"usual", surge.usual}});
  }
  return array;
}

json::object top(const TopList& list) {
  json::array array;
  for (const auto& entry : list.top(kMostInJson)) {
    array.push_back(json::object{
        {"name", base::well_formed(entry.name)}, {"count", entry.count}, {"too_high_by", entry.too_high_by}});
  }
  return {{"exact", list.is_exact()}, {"top", std::move(array)}};
}

}  // namespace

std::string to_page(const ScanReport& report) {
  return summary(report) + bar_list("By kind", ranked(response::kKindNames, report.by_kind())) +
         causes(report) + evidence(report) + days(report) + surges(report) +
         bar_list("Reasons, by recipient", ranked(response::kReasonNames, report.by_reason())) +
         bar_list("Reporting systems", ranked(report.reporters())) +
         bar_list("Addresses that look forged most", ranked(report.forged_addresses())) +
         inexact_note(report);
}

std::string to_json_line(const ScanReport& report) {
  json::object object = {{"mails", report.mails()},
                         {"responses", report.responses()},
                         {"by_kind", counts(response::kKindNames, report.by_kind())},
                         {"by_origin", counts(origin::kResultNames, report.by_origin())},
                         {"by_reason", counts(response::kReasonNames, report.by_reason())},
                         {"by_day", days_json(report)},
                         {"undated", report.undated()},
                         {"surges", surges_json(report)},
                         {"reporting_systems", top(report.reporters())},
                         {"forged_addresses", top(report.forged_addresses())},
                         {"cut_short", report.cut_short()},
                         {"problems", report.problems()}};
  if (report.has_proofs()) {
    object.emplace("by_cause", causes_json(report));
    object.emplace("evidence", evidence_json(report));
  }
  return json_line(object);
}

}  // namespace backstop::report
