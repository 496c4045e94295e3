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

#include "next_hop/alarm.h"
#include "next_hop/directory.h"
#include "next_hop/session.h"

namespace backstop::next_hop {

class Pool {
 public:
  /// No server is known to end a session that was idle for less.
  static constexpr std::chrono::seconds kMostIdle{60};
  /// A session that was used just now is not looked at: should it be gone all the same, another takes its
  /// place.
  static constexpr std::chrono::milliseconds kTrusted{500};

  Pool(net::Loop& loop, Directory& directory, Alarm& alarm)
      : loop_(loop), directory_(directory), alarm_(alarm) {}

  struct Lease {
    std::unique_ptr<Session> session;
    bool is_reused = false;  ///< it may turn out dead at its first command: then another, with Fresh
  };
  enum class Age : bool { Any, Fresh };

  /// A session that is ready for MAIL and knows the client, as the hop's identity wants it.
  /// Where there are as many sessions as there may be, one that is idle here makes room for it. One client
  /// may use a share of them (share_of()) at the same time.
  net::Task<Result<Lease>> lease(const NextHop& hop, const ClientIdentity& client, const Context& context,
                                 Age age);
  /// What it offers, for a client that waits for our greeting: nothing where it does not say so soon.
  net::Task<std::optional<smtp::Extensions>> ask(const NextHop& hop, const ClientIdentity& client,
                                                 const Context& context);
  /// Keeps it, or closes what is broken, personal or too many. Resets an open transaction first.
  net::Task<void> give_back(std::unique_ptr<Session> session, const Limits& limits);
  /// Closes what was idle for too long. That is not long where other workers may want its place.
  void sweep(std::chrono::steady_clock::time_point now);

  /// Is told of what fails and works.
  Alarm& alarm() { return alarm_; }

 private:
  struct Bucket {
    NextHop hop;
    std::vector<std::unique_ptr<Session>> idle;  ///< the last one used last
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
