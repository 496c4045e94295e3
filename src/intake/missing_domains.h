// Sender domains that DNS said don't exist. A wrong "no such name" is often over within a minute, so a domain
// counts as missing only if it still was so a while later. Thread-safe; the time is passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace backstop::intake {

class MissingDomains {
 public:
  using Time = std::chrono::sys_seconds;
  static constexpr std::chrono::seconds kLeast{60};
  static constexpr std::chrono::hours kMost{24};
  /// Strangers choose the names. Past it, the domain that was noted longest ago is forgotten, and so would
  /// get another temporary answer.
  static constexpr std::size_t kMostDomains = 20'000;

  /// Takes note that the domain, as base::domain_key() folds it, does not exist. Returns true if it was noted
  /// for the first time at least kLeast and at most kMost ago.
  bool is_missing_still(const std::string& domain, Time now);
  /// The domain exists after all.
  void forget(const std::string& domain);

 private:
  using Noted = std::list<std::pair<std::string, Time>>;

  void erase(std::map<std::string, Noted::iterator>::iterator place);

  std::mutex mutex_;
  Noted noted_;  ///< the oldest first
  std::map<std::string, Noted::iterator> places_;
};

}  // namespace backstop::intake
