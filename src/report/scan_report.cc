#include "report/scan_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace backstop::report {

namespace {

// Names of hosts and addresses that are longer than any real one are cut, so that memory stays bounded.
constexpr std::size_t kLongestName = 320;

// A feedback report goes to whoever asked for it, not to the address that was forged.
bool may_be_backscatter(response::Kind kind) {
  return kind != response::Kind::None && kind != response::Kind::FeedbackReport;
}

bool counts_reasons(response::Kind kind) {
  return kind == response::Kind::DsnFailed || kind == response::Kind::DsnDelayed;
}

constexpr double kDeviations = 3;
constexpr double kScaleOfMad = 1.4826;  // of a normal distribution: 1 / its third quartile

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

void ScanReport::add(const Findings& findings, std::optional<std::chrono::sys_days> day,
                     std::string_view recipient) {
  const response::Response& response = findings.response;
  const bool is_response = response.kind != response::Kind::None;
  ++mails_;
  ++by_kind_[static_cast<std::size_t>(response.kind)];
  if (response.truncated || findings.is_cut_short) ++cut_short_;
  if (day) {
    DayCount& count = days_[*day];
    ++count.mails;
    count.responses += is_response ? 1 : 0;
  } else {
    ++undated_;
  }
  if (!is_response) return;
  const auto result = static_cast<std::size_t>(findings.origin.result);
  ++by_origin_[result];
  ++by_cause_[result][static_cast<std::size_t>(findings.origin.cause)];
  for (const auto& one : findings.origin.evidence) {
    if (one.finding != origin::Finding::Silent) ++evidence_[{one.kind, one.finding, one.level}];
  }
  if (!response.reporting_mta.empty())
    reporters_.add(std::string_view(response.reporting_mta).substr(0, kLongestName));
  if (counts_reasons(response.kind)) {
    for (const auto& one : response.recipients) ++by_reason_[static_cast<std::size_t>(one.reason)];
  }
  if (may_be_backscatter(response.kind) && findings.origin.result != origin::Result::Genuine &&
      !recipient.empty()) {
    forged_addresses_.add(recipient.substr(0, kLongestName));
  }
}

std::vector<Surge> ScanReport::surges() const {
  std::vector<std::uint64_t> numbers;
  std::vector<std::chrono::sys_days> days;
  for (const auto& [day, count] : days_) {
    days.push_back(day);
    numbers.push_back(count.responses);
  }
  std::vector<Surge> found;
  const double median = usual(numbers).median;
  for (const std::size_t i : find_surges(numbers)) found.push_back({days[i], numbers[i], median});
  return found;
}

Usual usual(std::vector<std::uint64_t> numbers) {
  std::vector<double> values(numbers.begin(), numbers.end());
  const double median = median_of(values);
  for (double& value : values) value = std::abs(value - median);
  return {median, median + kDeviations * kScaleOfMad * median_of(std::move(values))};
}

std::vector<std::size_t> find_surges(std::span<const std::uint64_t> numbers) {
  std::vector<std::size_t> surges;
  if (numbers.size() < kFewestDays) return surges;
  const double limit = usual({numbers.begin(), numbers.end()}).limit;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= kSmallestSurge && static_cast<double>(numbers[i]) > limit) surges.push_back(i);
  }
  return surges;
}

}  // namespace backstop::report
