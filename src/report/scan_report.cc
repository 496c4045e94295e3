#include "report/scan_report.h"

#include "report/surge.h"

namespace backstop::report {

namespace {

// Names of hosts and addresses that are longer than any real one are cut, so that memory stays bounded.
constexpr std::size_t kLongestName = 320;

// A feedback report comes to who asked for it, not to who was forged.
bool may_be_backscatter(response::Kind kind) {
  return kind != response::Kind::None && kind != response::Kind::FeedbackReport;
}

bool counts_reasons(response::Kind kind) {
  return kind == response::Kind::DsnFailed || kind == response::Kind::DsnDelayed;
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
  ++by_origin_[static_cast<std::size_t>(findings.origin.result)];
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

}  // namespace backstop::report
