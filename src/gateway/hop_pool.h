// A worker's connections to next hops that wait for their next transaction. Not thread-safe: one a worker.
//
// A connection is looked at before it is used again: servers drop idle ones (smtp-sink after 100 s), and one
// that has something to say unasked is saying goodbye.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/hop_directory.h"
#include "gateway/hop_session.h"
#include "gateway/watch.h"

namespace backstop::gateway {

class HopPool {
 public:
  /// No server is known to end a session that was idle for less.
  static constexpr std::chrono::seconds kMostIdle{60};
  /// A session that was used just now is not looked at: should it be gone all the same, another takes its
  /// place.
  static constexpr std::chrono::milliseconds kTrusted{500};

  HopPool(net::Loop& loop, HopDirectory& directory, Watch& watch)
      : loop_(loop), directory_(directory), watch_(watch) {}

  struct Lease {
    std::unique_ptr<HopSession> session;
    bool is_reused = false;  ///< it may turn out dead at its first command: then another, with Fresh
  };
  enum class Age : bool { Any, Fresh };

  /// A session that is ready for MAIL and knows the client, as the hop's identity wants it.
  /// Where there are as many sessions as there may be, one that is idle here makes room for it. One client
  /// may use a share of them (share_of()) at the same time.
  net::Task<HopResult<Lease>> lease(const NextHop& hop, const ClientIdentity& client,
                                    const Settings& settings, Age age);
  /// What it offers, for a client that waits for our greeting: nothing where it does not say so soon.
  net::Task<std::optional<smtp::Extensions>> ask(const NextHop& hop, const ClientIdentity& client,
                                                 const Settings& settings);
  /// Keeps it, or closes what is broken, personal or too many. Resets an open transaction first.
  net::Task<void> give_back(std::unique_ptr<HopSession> session, const Limits& limits);
  /// Closes what was idle for too long. That is not long where other workers may want its place.
  void sweep(std::chrono::steady_clock::time_point now);

  /// Told of what fails and works.
  Watch& watch() { return watch_; }

 private:
  struct Bucket {
    NextHop hop;
    std::vector<std::unique_ptr<HopSession>> idle;  ///< the last one used last
  };

  std::vector<std::unique_ptr<HopSession>>& idle_of(const NextHop& hop);
  std::unique_ptr<HopSession> take_idle(const NextHop& hop);
  bool close_an_idle_one(const NextHop& hop);
  net::Task<HopResult<std::unique_ptr<HopSession>>> open(const NextHop& hop, const ClientIdentity& client,
                                                         HopContext context);

  net::Loop& loop_;
  HopDirectory& directory_;
  Watch& watch_;
  std::vector<Bucket> buckets_;  ///< one a next hop, of which there are few
};

}  // namespace backstop::gateway
