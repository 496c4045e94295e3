// Which domains are ready, as a page and as JSON (docs/policy.md, "Ready"). Pure: the sums of the history are
// passed in.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "intake/domain_table.h"
#include "intake/ready_table.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::report {

/// Unproven responses with a hint of one kind that a forger could have made. They count for nothing.
struct Hinted {
  static constexpr std::size_t kMostIds = 10;

  std::string_view kind;           ///< origin::kEvidenceKindNames
  std::uint64_t count = 0;         ///< events
  std::vector<std::string> ids{};  ///< of the first kMostIds that were added
};

struct DomainReadiness {
  std::string domain;
  policy::Stage stage = policy::Stage::Observe;
  std::optional<std::chrono::sys_days> declared = {};  ///< the configuration says that it is ready
  bool is_declared_later = false;                      ///< that day is still to come
  intake::Observed observed = {};
  std::vector<std::string> contradictions = {};  ///< ids of their events, newest first
  std::vector<Hinted> hinted = {};               ///< by kind, those without any left out

  /// True if the domain acts by its stage.
  bool is_ready() const;
};

/// Returns each domain of the configuration, and each domain below a "*." that mail left for, by name.
std::vector<DomainReadiness> readiness_of(const intake::DomainTable& domains,
                                          std::span<const store::DaySums> sums, std::chrono::sys_days today);

/// Adds an event to the contradictions, or else to the hinted ones, of each domain that it is for. `domains`
/// as readiness_of() returns them; give the newest event first.
void add_event(const store::Event& event, std::span<DomainReadiness> domains);

/// The same in half a line: "not ready, so stage reject acts as label", "ready; message since 2026-11-17".
std::string ready_words(const DomainReadiness& domain);

/// A paragraph for each domain.
std::string ready_page(std::span<const DomainReadiness> domains);
boost::json::object to_json(const DomainReadiness& domain);

}  // namespace backstop::report
