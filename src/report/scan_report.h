// What a whole mailbox holds: counts, in memory that doesn't grow with the number of mails.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/findings.h"
#include "report/top_list.h"

namespace backstop::report {

struct DayCount {
  std::uint64_t mails = 0;
  std::uint64_t responses = 0;
};

struct Surge {
  std::chrono::sys_days day;
  std::uint64_t responses = 0;
  double usual = 0;  ///< the median of all days
};

class ScanReport {
 public:
  /// `day` is when the mail came, `recipient` our address that it came to, empty where unknown.
  void add(const Findings& findings, std::optional<std::chrono::sys_days> day, std::string_view recipient);
  void add_problem() { ++problems_; }

  std::uint64_t mails() const { return mails_; }
  std::uint64_t responses() const { return mails_ - by_kind_.front(); }
  /// Index by response::Kind, response::Reason, origin::Result. Reasons are counted a recipient, origins a
  /// response.
  const auto& by_kind() const { return by_kind_; }
  const auto& by_reason() const { return by_reason_; }
  const auto& by_origin() const { return by_origin_; }
  /// The days on which any mail came.
  const std::map<std::chrono::sys_days, DayCount>& days() const { return days_; }
  std::uint64_t undated() const { return undated_; }
  std::uint64_t cut_short() const { return cut_short_; }
  std::uint64_t problems() const { return problems_; }
  const TopList& reporters() const { return reporters_; }
  /// Addresses of ours that got responses which nothing proves genuine.
  const TopList& forged_addresses() const { return forged_addresses_; }

  /// Against what is usual on the days on which any mail came; surge.h has the rule.
  std::vector<Surge> surges() const;

 private:
  std::uint64_t mails_ = 0;
  std::array<std::uint64_t, response::kKindNames.size()> by_kind_{};
  std::array<std::uint64_t, response::kReasonNames.size()> by_reason_{};
  std::array<std::uint64_t, origin::kResultNames.size()> by_origin_{};
  std::map<std::chrono::sys_days, DayCount> days_;
  std::uint64_t undated_ = 0;
  std::uint64_t cut_short_ = 0;
  std::uint64_t problems_ = 0;
  TopList reporters_;
  TopList forged_addresses_;
};

/// One JSON object as docs/scan.schema.json has it, with a line end.
std::string to_json_line(const ScanReport& report);

/// The report for people: counts, days as bars, surges and top lists.
std::string to_page(const ScanReport& report);

}  // namespace backstop::report
