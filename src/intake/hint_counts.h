// Counts how often a hint has spoken for an owner today. A forger can make a hint, so it counts only a few
// times a day. Each node counts alone. Thread-safe; asked once for each response with a hint.
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

  /// Takes one of the owner's places of this day (UTC); returns false if none is left. `owner` is an address
  /// in lower case without tag and sub-address. If there are too many owners nothing is counted and true is
  /// returned: a missing count never refuses.
  bool take(const std::string& owner, std::chrono::sys_days day);
  /// Gives back a place that take() gave on that day.
  void give_back(const std::string& owner, std::chrono::sys_days day);

 private:
  std::mutex mutex_;
  std::chrono::sys_days day_{};
  std::map<std::string, std::size_t> taken_;  ///< ordered, so that chosen owners can't make hashes collide
};

/// The places that one mail took, one for each owner. The destructor gives them back unless the mail was
/// delivered, so that a mail which the next hop defers ten times takes one place in the end.
class HintPlaces {
 public:
  /// `counts` must outlive this; null: there is always a place.
  HintPlaces(HintCounts* counts, std::chrono::sys_days day) : counts_(counts), day_(day) {}
  ~HintPlaces();
  HintPlaces(HintPlaces&& other) noexcept;
  HintPlaces& operator=(HintPlaces&& other) noexcept;

  bool take(const std::string& owner);
  /// The mail was delivered: its places stay taken.
  void keep() { owners_.clear(); }

 private:
  HintCounts* counts_;
  std::chrono::sys_days day_;
  std::vector<std::string> owners_;
};

}  // namespace backstop::intake
