#include "os/random.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>

namespace backstop::os {

bool fill_random(std::span<unsigned char> bytes) {
  thread_local std::array<unsigned char, 256> block;  // the most that getentropy() gives at once
  thread_local std::size_t left = 0;                  // at the end of the block
  assert(bytes.size() <= block.size());
  if (left < bytes.size()) {
    if (::getentropy(block.data(), block.size()) != 0) return false;
    left = block.size();
  }
  std::copy_n(block.end() - static_cast<std::ptrdiff_t>(left), bytes.size(), bytes.begin());
  left -= bytes.size();
  return true;
}

}  // namespace backstop::os
