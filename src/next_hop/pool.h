// A worker's sessions with next hops that wait for their next transaction. Not thread-safe: one a worker.
//
// A session is checked before it is used again: servers drop idle ones (smtp-sink after 100 s), and a server
// that has said something unasked is saying goodbye.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "next_hop/alarm.h"
#include "next_hop/directory.h"
#include "next_hop/session.h"

namespace backstop::next_hop {

class Pool {
 public:
  /// No server is known to drop a session that was idle for less.
  static constexpr std::chrono::seconds kMostIdle{60};
  /// The same while places are scarce.
  static constexpr std::chrono::milliseconds kMostIdleIfScarce{500};

  Pool(net::Loop& loop, Directory& directory, Alarm& alarm)
      : loop_(loop), directory_(directory), alarm_(alarm) {}

  struct Lease {
    std::unique_ptr<Session> session;
    bool is_reused = false;  ///< it may turn out dead at its first command: then another, with Fresh
  };
  enum class Age : bool { Any, Fresh };

  /// Returns a session that is ready for MAIL and knows the client, as the hop's identity wants it. If the
  /// limit of sessions is reached, an idle one of this pool is closed to make room. One client may use a
  /// share of all sessions (base::share_of()) at the same time.
  net::Task<Result<Lease>> lease(const NextHop& hop, const ClientIdentity& client, const Context& context,
                                 Age age);
  /// Asks a next hop what it offers, while a client waits for our reply to EHLO; nullopt if it does not
  /// answer soon.
  net::Task<std::optional<smtp::Extensions>> ask(const NextHop& hop, const ClientIdentity& client,
                                                 const Context& context);
  /// Keeps the session, or closes it if it is broken, personal or one too many. Resets an open transaction
  /// first.
  net::Task<void> give_back(std::unique_ptr<Session> session, const Limits& limits);
  /// Closes sessions that were idle for too long, which is sooner while places are scarce.
  void sweep(std::chrono::steady_clock::time_point now);
  /// Returns how many sessions with each next hop wait to be used, by its url; next hops without any are left
  /// out.
  std::map<std::string, std::size_t, std::less<>> idle() const;

  /// The alarm that is told what fails and what works.
  Alarm& alarm() { return alarm_; }

 private:
  struct Bucket {
    NextHop hop;
    std::vector<std::unique_ptr<Session>> idle;  ///< in the order of their last use
  };

  std::vector<std::unique_ptr<Session>>& idle_of(const NextHop& hop);
  std::unique_ptr<Session> take_idle(const NextHop& hop);
  bool close_an_idle_one(const NextHop& hop);
  net::Task<Result<std::unique_ptr<Session>>> open(const NextHop& hop, const ClientIdentity& client,
                                                   const Context& context);

  net::Loop& loop_;
  Directory& directory_;
  Alarm& alarm_;
  std::vector<Bucket> buckets_;  ///< one a next hop, of which there are few
};

}  // namespace backstop::next_hop
