// What all workers know of each next hop: what it offered when a connection to it was last opened, and how
// many sessions are open to it. The gateway offers its clients no more than that. One for the process;
// thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "next_hop/limits.h"
#include "next_hop/next_hop.h"
#include "smtp/extensions.h"

namespace backstop::next_hop {

class Directory {
 public:
  using Clock = std::chrono::steady_clock;
  /// The longest pause between two questions to a next hop that does not answer.
  static constexpr std::chrono::seconds kPause{30};
  /// The pause is this many times as long as the question took: a next hop that refuses at once may be asked
  /// again at once.
  static constexpr int kPauseToWait = 15;

  void learn(const NextHop& hop, const smtp::Extensions& extensions);
  /// Returns nullopt until the first connection. A Maildir accepts whatever we do.
  std::optional<smtp::Extensions> find(const NextHop& hop) const;

  /// Notes that it was asked and has not answered by `now`.
  void miss(const NextHop& hop, Clock::time_point asked, Clock::time_point now);
  /// Returns true if a client may be kept waiting while an unknown next hop is asked: if it has always
  /// answered, and else for one question after each pause.
  bool may_ask(const NextHop& hop, Clock::time_point now);

  /// A place among the sessions that are open to a next hop, held for as long as this lives. It must not be
  /// copied: each copy would count. Giving it back takes no lock.
  using Place = std::shared_ptr<const void>;
  /// Returns a place, or null if `most` are taken by all workers together; 0: no limit. Idle sessions in the
  /// pool of another worker count, and can't be borrowed. They are at most NextHop::pool for each worker, and
  /// while places are scarce each worker soon closes those that it doesn't use.
  Place admit(const NextHop& hop, std::size_t most, Clock::time_point now);
  /// Returns the urls of the next hops that have fewer free places than one client may use, or that a session
  /// was refused for not long ago.
  std::vector<std::string> nearly_full(Clock::time_point now) const;
  /// Returns how many places are taken: the sessions that are open to it, busy and idle.
  std::size_t taken(const NextHop& hop) const;
  /// True if admit() found no place not long ago.
  bool is_scarce(const NextHop& hop, Clock::time_point now) const;
  /// Places are scarce for this long after admit() found none. Workers look every five seconds.
  static constexpr std::chrono::seconds kScarce{10};

 private:
  struct Places {
    Place all = std::make_shared<char>();  ///< each other owner is a place that is taken
    std::size_t most = 0;                  ///< of them, when one was last asked for
    Clock::time_point scarce_until = Clock::time_point::min();
  };

  mutable std::mutex mutex_;
  std::map<std::string, smtp::Extensions, std::less<>> known_;        ///< by url
  std::map<std::string, Clock::time_point, std::less<>> not_before_;  ///< of those that were missed, by url
  std::map<std::string, Places, std::less<>> places_;                 ///< by url
};

}  // namespace backstop::next_hop
