// The days on which a tag is good. A tag tells its day in three digits, so the same digits
// come again after 1000 days. Pure; thread-safe.
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

/// Reads a tag's three digits on the day `today`. A tag is good if (expiry - today) mod 1000 <= lifetime, as
/// in batv-tools: that is right across the wrap from 999 to 000, and accepts each tag on lifetime + 1 days of
/// every thousand. If the expiry is up to kMemory past today + lifetime, last_good_day is in the future: the
/// tag was made with a longer lifetime, or on a machine whose clock is ahead. Otherwise it is in the past.
TagWindow window(int day_digits, TagFamily family, std::chrono::sys_days today, std::chrono::days lifetime);

}  // namespace backstop::origin
