// Whether the names of next hops can be looked up.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/settings.h"

namespace backstop::service {

/// The longest that all look-ups together may take.
inline constexpr std::chrono::seconds kLookUpPatience{3};
/// More names are not looked up.
inline constexpr std::size_t kMostLookedUp = 256;

/// Looks up the host names of the next hops, many at the same time, as a connection does it, and returns a
/// line for each that has no address, or none in time, and one for all names that were left out. Addresses
/// and sockets of the file system cost nothing.
std::vector<std::string> unknown_hops(const gateway::Settings& settings,
                                      std::chrono::milliseconds patience = kLookUpPatience);

}  // namespace backstop::service
