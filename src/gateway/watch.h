// What the operator is told beside the events: next hops that fail and work again, a house that is full, and
// errors of our own.
// What is down fails with every mail: each is told of once a minute at most, with how often it was. One for
// the process; thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <string>

#include "gateway/journal.h"
#include "gateway/replies.h"
#include "gateway/settings.h"

namespace backstop::gateway {

class Watch {
 public:
  using Clock = std::chrono::steady_clock;
  /// Between two lines about one thing.
  static constexpr std::chrono::seconds kPause{60};
  /// A next hop works again when nothing has failed for so long.
  static constexpr std::chrono::seconds kSettled{10};

  explicit Watch(Journal& events) : events_(events) {}

  /// How far it came: a connection that opens says nothing of a next hop that fails in transactions.
  enum class Step : std::uint8_t { Opening, Transaction };
  void hop_failed(const NextHop& hop, Step step, const NextHopTrouble& trouble,
                  Clock::time_point now = Clock::now());
  void hop_worked(const NextHop& hop, Step step, Clock::time_point now);
  void hop_worked(const NextHop& hop, Step step) {
    // All is well for nearly every mail, and then this costs nothing.
    if (failing_count_ != 0) hop_worked(hop, step, Clock::now());
  }
  /// We cut connections ourselves from now on: what fails is not the next hops' doing.
  void end() { is_ended_ = true; }

  /// A client was turned away since `limit` sessions are all there may be.
  void is_full(std::size_t limit, Clock::time_point now = Clock::now());
  /// A client was put off since `limit` sessions are all there may be to this next hop.
  void hop_is_full(const NextHop& hop, std::size_t limit, Clock::time_point now = Clock::now());
  /// A client was put off since `share` sessions with next hops are all that one client may use.
  void client_share_is_used(std::size_t share, Clock::time_point now = Clock::now());

  /// What an exception has ended: a session, or something of a worker, which is begun anew.
  enum class Part : std::uint8_t { Session, Accepting, Deadlines, House, NextHops, Loop };
  static constexpr std::size_t kPartCount = 6;
  /// To be called where it is caught. Memory may be short: then this says nothing rather than throw.
  void threw(Part part, const std::exception_ptr& error, Clock::time_point now = Clock::now()) noexcept;

 private:
  /// How often it was, and when it was last told.
  struct Tally {
    Clock::time_point told{};
    std::size_t untold = 0;
    bool is_told = false;

    /// " (57 times in 60 s)" or nothing behind a line that is to be told now; false where it isn't.
    bool counts(Clock::time_point now, std::string& more);
  };
  struct Failing {
    Tally tally{};
    Step step = Step::Opening;
    Clock::time_point since;
    Clock::time_point last;
  };

  Journal& events_;
  std::mutex mutex_;
  std::map<std::string, Failing, std::less<>> failing_;  ///< by url
  std::atomic<std::size_t> failing_count_ = 0;
  std::atomic<bool> is_ended_ = false;
  Tally full_;
  std::map<std::string, Tally, std::less<>> full_hops_;  ///< by url
  Tally used_shares_;
  std::array<Tally, kPartCount> thrown_;  ///< by Part
};

}  // namespace backstop::gateway
