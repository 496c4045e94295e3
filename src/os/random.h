// Random bytes from the system.
#pragma once

#include <span>

namespace backstop::os {

/// Fills `bytes`, 256 at most. They are fetched in blocks, so that most calls are no system call. Each thread
/// has a block of its own; a forked child must not ask, since it would get its parent's bytes. Returns false
/// if the system has none.
[[nodiscard]] bool fill_random(std::span<unsigned char> bytes);

}  // namespace backstop::os
