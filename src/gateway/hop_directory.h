// What each next hop offers, as it said when a connection to it was last opened: that is what the gateway may
// offer its own clients. One for the process; thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/settings.h"
#include "smtp/extensions.h"

namespace backstop::gateway {

class HopDirectory {
 public:
  using Clock = std::chrono::steady_clock;
  /// At most, between two questions to a next hop that does not answer.
  static constexpr std::chrono::seconds kPause{30};
  /// The pause to the time that the question took: who refuses at once may be asked again at once.
  static constexpr int kPauseToWait = 15;

  void learn(const NextHop& hop, const smtp::Extensions& extensions);
  /// Nothing until a connection was opened. A Maildir takes what we take.
  std::optional<smtp::Extensions> find(const NextHop& hop) const;

  /// It was asked, and by now has not answered.
  void miss(const NextHop& hop, Clock::time_point asked, Clock::time_point now);
  /// Whether a client may be kept waiting while an unknown next hop is asked: while it has never been missed,
  /// and then for one question after each pause.
  bool may_ask(const NextHop& hop, Clock::time_point now);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, smtp::Extensions, std::less<>> known_;        ///< by url
  std::map<std::string, Clock::time_point, std::less<>> not_before_;  ///< of those that were missed, by url
};

}  // namespace backstop::gateway
