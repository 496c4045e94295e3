// How much a line of the log matters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace backstop::base {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

inline constexpr std::array<std::string_view, 4> kLogLevelNames{"debug", "info", "warning", "error"};

/// "debug", "info", "warning", "error".
constexpr std::string_view name(LogLevel level) {
  return kLogLevelNames[static_cast<std::size_t>(level)];
}

}  // namespace backstop::base
