// How much of what all use together one client, or one network, may use.
#pragma once

#include <cstddef>

namespace backstop::base {

/// One of this many shares.
inline constexpr std::size_t kShares = 8;

/// Returns a share of `all`. It is at least 1, so that everybody can have something.
template <typename Count>
constexpr Count share_of(Count all) {
  return all / kShares > 1 ? all / kShares : 1;
}

}  // namespace backstop::base
