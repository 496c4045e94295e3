// Moments of time as people write and read them, in the zone of this machine (TZ).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::report {

using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2h", "7d", "1d12h": this long before `now`. "2026-11-23", "2026-11-23 10:00", "2026-11-23T10:00:30.250":
/// in this machine's zone; with a "Z" after it in UTC.
base::Result<Moment> parse_moment(std::string_view text, Moment now);

/// A moment in this machine's zone.
struct LocalTime {
  std::string day;   ///< "2026-11-23"
  std::string time;  ///< "10:00:30"
  std::string zone;  ///< "CET"
};

LocalTime local_time(Moment moment);
/// Returns the three in a row: "2026-11-23 10:00:30 CET".
std::string local_text(Moment moment);

}  // namespace backstop::report
