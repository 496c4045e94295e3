// What all workers know of each next hop: what it offers, as it said when a connection to it was last opened,
// which is what the gateway may offer its own clients; and how many sessions are open to it. One for the
// process; thread-safe.
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
  /// At most, between two questions to a next hop that does not answer.
  static constexpr std::chrono::seconds kPause{30};
  /// The pause to the time that the question took: who refuses at once may be asked again at once.
  static constexpr int kPauseToWait = 15;

  void learn(const NextHop& hop, const smtp::Extensions& extensions);
  /// Returns nullopt until the first connection. A Maildir accepts whatever we do.
  std::optional<smtp::Extensions> find(const NextHop& hop) const;

  /// It was asked, and by now has not answered.
  void miss(const NextHop& hop, Clock::time_point asked, Clock::time_point now);
  /// Whether a client may be kept waiting while an unknown next hop is asked: while it has never been missed,
  /// and then for one question after each pause.
  bool may_ask(const NextHop& hop, Clock::time_point now);

  /// A place among the sessions that are open to a next hop, held for as long as this lives. It is not to be
  /// copied: each copy would count. Giving it back takes no lock.
  using Place = std::shared_ptr<const void>;
  /// Null where `most` are taken, by whichever worker; 0: no limit. Sessions that are idle in the pool of
  /// another worker count, and can't be had from there. They are no more than `pool` for each worker, and
  /// while places are scarce a worker soon closes those that it doesn't use.
  Place admit(const NextHop& hop, std::size_t most, Clock::time_point now);
  /// Returns the urls of the next hops with fewer free places than one client may use, or where somebody was
  /// sent away not long ago.
  std::vector<std::string> nearly_full(Clock::time_point now) const;
  /// Somebody was sent away not long ago.
  bool is_scarce(const NextHop& hop, Clock::time_point now) const;
  /// After one was sent away. Workers look every five seconds.
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
