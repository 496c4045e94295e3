// Which domains are ready, as a page and as JSON (docs/policy.md, "Ready"). Pure: the sums of the history are
// passed in.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "intake/domain_table.h"
#include "intake/ready_table.h"
#include "store/day_sums.h"

namespace backstop::report {

struct DomainReadiness {
  std::string domain;
  policy::Stage stage = policy::Stage::Observe;
  std::optional<std::chrono::sys_days> declared = {};  ///< the configuration says that it is ready
  bool is_declared_later = false;                      ///< that day is still to come
  intake::Observed observed = {};
  std::vector<std::string> contradictions = {};  ///< ids of their events, newest first

  /// True if the domain acts by its stage.
  bool is_ready() const;
};

/// Returns each domain of the configuration, and each domain below a "*." that mail left for, by name.
std::vector<DomainReadiness> readiness_of(const intake::DomainTable& domains,
                                          std::span<const store::DaySums> sums, std::chrono::sys_days today);

/// The same in half a line: "not ready, so stage reject acts as label", "ready; message since 2026-11-17".
std::string ready_words(const DomainReadiness& domain);

/// A paragraph for each domain.
std::string ready_page(std::span<const DomainReadiness> domains);
boost::json::object to_json(const DomainReadiness& domain);

}  // namespace backstop::report
