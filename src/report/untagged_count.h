// Counts the mail that left without a tag lately, by its reasons: a line of check-config for admins who
// wonder why the bounces of a domain prove nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "store/event.h"

namespace backstop::report {

/// How far back it looks: the life of a tag by default.
inline constexpr std::chrono::days kUntaggedSpan{14};
/// At most this many events are read, the newest first.
inline constexpr std::size_t kMostUntagged = 10'000;

/// "untagged: 9 mails left without a tag in the last 14 days: 7 (unknown.example is no domain of ours), 2
/// (...)", the most frequent reasons first, of equals the first by name. Empty without events. Printable.
std::string untagged_line(std::span<const store::Event> events);

/// The same from the history at that URL (docs/history.md). Empty also if the URL is empty, or no history is
/// there yet; if it can't be read, the line says why.
std::string untagged_line(const std::string& history_url,
                          std::chrono::sys_time<std::chrono::milliseconds> now);

}  // namespace backstop::report
