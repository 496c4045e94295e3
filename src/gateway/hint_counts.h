// How often a hint has spoken for an owner today: what a forger can make counts a few times and then no more,
// until the ledger keeps this count. Each node counts alone. Thread-safe; asked once for each response with a
// hint.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace backstop::gateway {

class HintCounts {
 public:
  static constexpr std::size_t kMostOfOwner = 5;
  static constexpr std::size_t kMostOwners = 10'000;

  /// True while `owner` (an address in lower case without tag) has places left on this day (UTC); takes one
  /// of them. With too many owners to count nothing is counted: a missing count never refuses.
  bool take(const std::string& owner, std::chrono::sys_days day);

 private:
  std::mutex mutex_;
  std::chrono::sys_days day_{};
  std::map<std::string, std::size_t>
      taken_;  ///< ordered: whoever chooses the owners can't make hashes collide
};

}  // namespace backstop::gateway
