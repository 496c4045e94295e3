// Compares what `ready` declares of a domain with what left lately: a line of check-config for admins who
// declare a domain to be ready too early, such as when they turn tags on.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "intake/site.h"
#include "store/day_sums.h"

namespace backstop::report {

/// A bounce comes up to 12 days after its mail.
inline constexpr std::chrono::days kBouncesCome{14};

/// Returns a clause for each domain at stage quarantine or reject, and each proof that its declaration counts
/// for, if less of its mail carried the proof than readiness asks for: of the mail that left within
/// kBouncesCome before the declaration counts. `sums` are of that time at least. Printable. Pure.
std::vector<std::string> declared_lines(const intake::Site& site, std::span<const store::DaySums> sums,
                                        std::chrono::sys_days today);

/// The same from the history at that URL; empty also if it is not there or can't be read.
std::vector<std::string> declared_lines(const intake::Site& site, const std::string& history_url,
                                        std::chrono::sys_days today);

}  // namespace backstop::report
