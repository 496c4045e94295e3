// The days on which a tag is good. A tag tells its day in three digits, so each comes again after 1000 days.
// Pure; thread-safe.
#pragma once

#include <chrono>

#include "origin/key_ring.h"

namespace backstop::origin {

/// Returns the three digits of a day: the days since 1970-01-01, modulo 1000.
int digits_of(std::chrono::sys_days day);

struct TagWindow {
  std::chrono::sys_days last_good_day;
  bool is_open;  ///< the tag is good on the day that was asked about
};

/// Reads a tag's three digits on that day. The rule is that of batv-tools, (expiry - today) mod 1000 <=
/// lifetime: it is right across the wrap from 999 to 000, and takes each tag on lifetime + 1 days of every
/// thousand. A day up to kMemory too late is ahead: the tag was made with a longer lifetime, or on a machine
/// whose clock is ahead. Every other day is over.
TagWindow window(int day_digits, TagFamily family, std::chrono::sys_days today, std::chrono::days lifetime);

}  // namespace backstop::origin
