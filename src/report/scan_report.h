// Counts what a whole mailbox holds, in memory that doesn't grow with the number of mails.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
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

/// A day on which far more came than usual.
///
/// The rule: a day's number is a surge if it is above median + 3 x 1.4826 x MAD, and at least kSmallestSurge.
/// MAD is the median of the distances from the median. Times 1.4826 it is the standard deviation of ordinary
/// days, but the surge itself does not move it. Fewer than kFewestDays days say nothing about what is usual.
struct Surge {
  std::chrono::sys_days day;
  std::uint64_t responses = 0;
  double usual = 0;  ///< the median of all days
};

/// What evidence says, as classify names it: its kind, its finding and the level of a proof.
struct EvidenceSaid {
  origin::EvidenceKind kind = {};
  origin::Finding finding = {};
  origin::Level level = {};

  auto operator<=>(const EvidenceSaid&) const = default;
};

inline constexpr std::uint64_t kSmallestSurge = 20;
inline constexpr std::size_t kFewestDays = 7;

struct Usual {
  double median = 0;
  double limit = 0;  ///< a number above it, and no smaller than kSmallestSurge, is a surge
};

/// Returns what is usual, of the numbers of some days in any order.
Usual usual(std::vector<std::uint64_t> numbers);

/// Returns the indices of the surges.
std::vector<std::size_t> find_surges(std::span<const std::uint64_t> numbers);

class ScanReport {
 public:
  /// `has_proofs`: proofs were looked for, so that causes say something.
  explicit ScanReport(bool has_proofs = false) : has_proofs_(has_proofs) {}

  /// `day` is when the mail came, `recipient` our address that it came to, empty if unknown.
  void add(const Findings& findings, std::optional<std::chrono::sys_days> day, std::string_view recipient);
  void add_problem() { ++problems_; }

  std::uint64_t mails() const { return mails_; }
  std::uint64_t responses() const { return mails_ - by_kind_.front(); }
  /// Index by response::Kind, response::Reason, origin::Result. Reasons are counted for each recipient,
  /// origins for each response.
  const auto& by_kind() const { return by_kind_; }
  const auto& by_reason() const { return by_reason_; }
  const auto& by_origin() const { return by_origin_; }
  bool has_proofs() const { return has_proofs_; }
  /// What decided; index by origin::Cause.
  const auto& by_cause(origin::Result result) const { return by_cause_[static_cast<std::size_t>(result)]; }
  /// In how many responses each was found; without evidence that says nothing.
  const std::map<EvidenceSaid, std::uint64_t>& evidence() const { return evidence_; }
  /// The days on which any mail came.
  const std::map<std::chrono::sys_days, DayCount>& days() const { return days_; }
  std::uint64_t undated() const { return undated_; }
  std::uint64_t cut_short() const { return cut_short_; }
  std::uint64_t problems() const { return problems_; }
  const TopList& reporters() const { return reporters_; }
  /// Addresses of ours that got responses which nothing proves genuine.
  const TopList& forged_addresses() const { return forged_addresses_; }

  /// Compared with the days on which any mail came.
  std::vector<Surge> surges() const;

 private:
  using Causes = std::array<std::uint64_t, origin::kCauseNames.size()>;

  bool has_proofs_;
  std::uint64_t mails_ = 0;
  std::array<std::uint64_t, response::kKindNames.size()> by_kind_{};
  std::array<std::uint64_t, response::kReasonNames.size()> by_reason_{};
  std::array<std::uint64_t, origin::kResultNames.size()> by_origin_{};
  std::array<Causes, origin::kResultNames.size()> by_cause_{};
  std::map<EvidenceSaid, std::uint64_t> evidence_;
  std::map<std::chrono::sys_days, DayCount> days_;
  std::uint64_t undated_ = 0;
  std::uint64_t cut_short_ = 0;
  std::uint64_t problems_ = 0;
  TopList reporters_;
  TopList forged_addresses_;
};

}  // namespace backstop::report
