// Tells the operator about next hops: that they fail, that they work again, that they are full, and that they
// can't be told who a client is. One for the process; thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/tally.h"
#include "next_hop/next_hop.h"
#include "next_hop/trouble.h"
#include "os/log.h"

namespace backstop::next_hop {

class Alarm {
 public:
  using Clock = std::chrono::steady_clock;
  /// A next hop works again if nothing has failed for this long.
  static constexpr std::chrono::seconds kSettled{10};

  /// Takes one line; thread-safe, and must not wait.
  using Tell = std::function<void(os::LogLevel, std::string_view)>;
  enum class Tells : std::uint8_t { All, Troubles };  ///< Troubles: not what lacks() says
  explicit Alarm(Tell tell, Tells tells = Tells::All) : tell_(std::move(tell)), tells_(tells) {}

  /// How far a session came. A next hop that fails in transactions does not work again because it connects.
  enum class Step : std::uint8_t { Opening, Transaction };
  void failed(const NextHop& hop, Step step, const Failed& what, Clock::time_point now = Clock::now());
  void worked(const NextHop& hop, Step step, Clock::time_point now);
  void worked(const NextHop& hop, Step step) {
    // Nearly always nothing fails, and then this costs nothing.
    if (failing_count_ != 0) worked(hop, step, Clock::now());
  }
  /// A client was deferred because the limit of sessions open to this next hop is reached.
  void is_full(const NextHop& hop, std::size_t limit, Clock::time_point now = Clock::now());
  /// A client was deferred because it uses as many sessions with next hops as one client may: `share`.
  void share_is_used(std::size_t share, Clock::time_point now = Clock::now());
  /// The next hop does not offer the command that its `identity` needs. Told once for each.
  void lacks(const NextHop& hop, std::string_view command);
  /// A next hop that fails, and has not worked since.
  struct Failure {
    Clock::time_point since;
    Clock::time_point last;
    std::string words;  ///< for the last one: "can't be reached: connection refused"; printable
  };
  /// Returns them by their url.
  std::map<std::string, Failure, std::less<>> failures() const;
  /// From now on we cut connections ourselves, so failures are no longer the fault of next hops.
  void end() { is_ended_ = true; }

 private:
  struct Failing {
    base::Tally tally{};
    Step step = Step::Opening;
    Clock::time_point since;
    Clock::time_point last;
    Failed what{};
  };

  Tell tell_;
  Tells tells_;
  mutable std::mutex mutex_;
  std::map<std::string, Failing, std::less<>> failing_;  ///< by url
  std::atomic<std::size_t> failing_count_ = 0;
  std::atomic<bool> is_ended_ = false;
  std::map<std::string, base::Tally, std::less<>> full_;  ///< by url
  base::Tally used_shares_;
  std::set<std::string, std::less<>> lacking_;  ///< lines that were told; one a url and identity
};

/// Returns the words for it, and for what comes of it, without a full stop.
std::string words_for_lack(const NextHop& hop, std::string_view command);

}  // namespace backstop::next_hop
