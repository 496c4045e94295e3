// Reads from the history how ready each domain is. May wait for the disk.
#pragma once

#include <chrono>
#include <vector>

#include "base/error.h"
#include "report/ready_page.h"
#include "store/history.h"

namespace backstop::report {

/// Returns what readiness_of() returns, with the newest contradictions, as far as they count, and the hinted
/// responses of the same time.
base::Result<std::vector<DomainReadiness>> read_ready(store::HistoryReader& history,
                                                      const intake::DomainTable& domains,
                                                      std::chrono::sys_days today);

}  // namespace backstop::report
