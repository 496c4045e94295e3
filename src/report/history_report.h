// Sums up the responses of a span of time, as a postmaster wants to read them before a stage is changed. The
// events are passed in one at a time, in any order; memory does not grow with their number. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intake/domain_table.h"
#include "origin/origin.h"
#include "report/top_list.h"
#include "response/response.h"
#include "store/event.h"

namespace backstop::report {

/// How many responses of one domain would be kept from its users.
struct StageCounts {
  std::uint64_t refused = 0;
  std::uint64_t quarantined = 0;

  bool operator==(const StageCounts&) const = default;
};

struct DomainCounts {
  std::uint64_t responses = 0;
  std::uint64_t genuine = 0;
  StageCounts now;      ///< by the verdict, whatever the next hop said later
  StageCounts next;     ///< at the stage after that
  StageCounts at_last;  ///< at stage reject
};

/// A way by which mail that looks like ours seems to have left, although nothing proves it.
struct Way {
  std::string_view sentence;
  std::uint64_t count = 0;
  std::vector<std::string> ids;  ///< of the first few events that were added
};

class HistoryReport {
 public:
  /// More names than this are counted together.
  static constexpr std::size_t kMostDomains = 1000;
  static constexpr std::size_t kMostIds = 3;

  /// `domains` must outlive it.
  explicit HistoryReport(const intake::DomainTable& domains);

  /// Counts the event of a message that came in and is a response; any other changes nothing.
  void add(const store::Event& event);

  std::uint64_t responses() const { return responses_; }
  std::uint64_t certain() const { return certain_; }  ///< bounces that are certain
  std::uint64_t of(response::Kind kind) const { return kinds_[static_cast<std::size_t>(kind)]; }
  std::uint64_t of(origin::Result result) const { return results_[static_cast<std::size_t>(result)]; }
  /// Of genuine responses, by their proof; of others, by what kept them from it.
  std::uint64_t of(origin::Cause cause) const { return causes_[static_cast<std::size_t>(cause)]; }
  std::uint64_t of(store::Done done) const { return done_[static_cast<std::size_t>(done)]; }
  /// By name; those past kMostDomains, and domains that the configuration doesn't have, are under "".
  const std::map<std::string, DomainCounts, std::less<>>& domains() const { return domains_; }
  /// Of the responses that would be refused or kept back now, next or at last, those that look like ours.
  std::span<const Way> ways() const { return ways_; }
  /// What speaks for these, in the sentences of the evidence.
  const TopList& hints() const { return hints_; }
  /// The mailboxes that get responses without a proof.
  const TopList& unproven_mailboxes() const { return unproven_mailboxes_; }

 private:
  DomainCounts& counts_of(std::string_view domain);
  void add_domain(const store::Event& event, response::Kind kind);
  void add_way(const store::Event& event);

  const intake::DomainTable& settings_;
  std::uint64_t responses_ = 0;
  std::uint64_t certain_ = 0;
  std::array<std::uint64_t, response::kKindNames.size()> kinds_ = {};
  std::array<std::uint64_t, origin::kResultNames.size()> results_ = {};
  std::array<std::uint64_t, origin::kCauseNames.size()> causes_ = {};
  std::array<std::uint64_t, store::kDoneNames.size()> done_ = {};
  std::map<std::string, DomainCounts, std::less<>> domains_;
  std::vector<Way> ways_;
  TopList hints_;
  TopList unproven_mailboxes_;
};

}  // namespace backstop::report
