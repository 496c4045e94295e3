// How grave a line of the log is.
#pragma once

#include <cstdint>

namespace backstop::os {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

}  // namespace backstop::os
