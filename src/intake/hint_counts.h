// How often a hint has spoken for an owner today: what a forger can make counts a few times and then no more,
// until the ledger keeps this count. Each node counts alone. Thread-safe; asked once for each response with a
// hint.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace backstop::intake {

class HintCounts {
 public:
  static constexpr std::size_t kMostOfOwner = 5;
  static constexpr std::size_t kMostOwners = 10'000;

  /// True while `owner` (an address in lower case without tag and sub-address) has places left on this day
  /// (UTC); takes one of them. With too many owners to count nothing is counted: a missing count never
  /// refuses.
  bool take(const std::string& owner, std::chrono::sys_days day);
  /// Of what take() gave on that day.
  void give_back(const std::string& owner, std::chrono::sys_days day);

 private:
  std::mutex mutex_;
  std::chrono::sys_days day_{};
  std::map<std::string, std::size_t>
      taken_;  ///< ordered: whoever chooses the owners can't make hashes collide
};

/// The places that one mail took, one for each owner. They are given back at the end of this object unless
/// the mail was delivered: a next hop that puts it off ten times takes one place in the end.
class HintPlaces {
 public:
  /// Without counts there is always a place. `counts` outlives this.
  HintPlaces(HintCounts* counts, std::chrono::sys_days day) : counts_(counts), day_(day) {}
  ~HintPlaces();
  HintPlaces(HintPlaces&& other) noexcept;
  HintPlaces& operator=(HintPlaces&& other) noexcept;

  bool take(const std::string& owner);
  /// The mail was delivered.
  void keep() { owners_.clear(); }

 private:
  HintCounts* counts_;
  std::chrono::sys_days day_;
  std::vector<std::string> owners_;
};

}  // namespace backstop::intake
