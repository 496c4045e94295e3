// Durations and sizes as the configuration writes them: "7d", "1h30m", "250ms"; "4MiB", "50MB", "1000B".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::base {

/// Numbers with a unit each (w, d, h, m, s, ms), the largest unit first, each at most once. Errors say what
/// would be right.
base::Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the fewest units that give it exactly: "5m", "90s" is "1m30s".
std::string format_duration(std::chrono::milliseconds time);

/// A whole number with a unit: B, kB, MB, GB, TB (1000 each), KiB, MiB, GiB, TiB (1024 each). The case of
/// letters does not matter.
base::Result<std::uint64_t> parse_size(std::string_view text);

/// With the largest unit of 1024 that gives it exactly: "4MiB", "1000B"; "0".
std::string format_size(std::uint64_t size);

}  // namespace backstop::base
