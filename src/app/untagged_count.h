// What left without a tag lately, and why: a line of check-config, for whoever wonders why bounces of a
// domain prove nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "app/config.h"
#include "store/event.h"

namespace backstop::app {

/// How far back it looks: the life of a tag by default.
inline constexpr std::chrono::days kUntaggedSpan{14};
/// How many events are read at most, the newest.
inline constexpr std::size_t kMostUntagged = 10'000;

/// "untagged: 9 mails left without a tag in the last 14 days: 7 (unknown.example is no domain of ours), 2
/// (...)", the most frequent reasons first, of equals the first by name. Empty without events. Printable.
std::string untagged_line(std::span<const store::Event> events);

/// The same from the history of the configuration. Empty also if that keeps none, or none is there yet; if it
/// can't be read, the line says why.
std::string untagged_line(const Config& config, std::chrono::sys_time<std::chrono::milliseconds> now);

}  // namespace backstop::app
