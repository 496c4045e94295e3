// One thread with its own event loop: its listeners, its sessions, its connections to next hops, its reader.
// A connection stays with the worker that accepted it.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/listen_plan.h"
#include "gateway/shared.h"
#include "gateway/upkeep.h"
#include "gateway/worker_dns.h"
#include "intake/arrival_checks.h"
#include "intake/unfinished_checks.h"
#include "intake/workplace.h"
#include "net/listener.h"
#include "net/loop.h"
#include "next_hop/pool.h"
#include "response/reader.h"

namespace backstop::gateway {

using intake::LiveSession;

/// What a worker has open at one moment.
struct OpenSessions {
  std::map<std::string, std::size_t, std::less<>> clients;  ///< by the name of their gateway
  std::map<std::string, std::size_t, std::less<>> idle;     ///< with next hops and unused, by their url

  OpenSessions& operator+=(const OpenSessions& more);
};

/// The gateway that a connection has come in at.
struct Entrance {
  std::string gateway;
  std::shared_ptr<const Settings> settings;  ///< the newest ones that had this gateway
};

class Worker final : public intake::Workplace {
 public:
  /// Makes the session of a connection that was accepted; `peer` and `local` are its ends.
  using MakeSession =
      std::function<std::unique_ptr<LiveSession>(Worker& worker, const Entrance& entrance, net::Socket socket,
                                                 const net::Endpoint& peer, net::Endpoint local)>;

  /// The addresses that the gateways listen at from now on, and this worker's own sockets for the new ones.
  struct Addresses {
    struct Opened {
      std::uint64_t number;
      net::ListeningSocket socket;
    };
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const std::vector<Listening>> listening;
    std::vector<Opened> opened;
    std::shared_ptr<std::latch> done;  ///< counted down once the worker listens there
  };

  Worker(unsigned number, Shared& shared, MakeSession make_session);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Listens at these addresses in place of those before. Any thread. Before start() it takes effect then.
  void listen(Addresses addresses);
  /// Accepts connections for another front door, too. Any thread. Before start() it takes effect then.
  void open_side_door(net::ListeningSocket socket, intake::MakeSession make_session);
  void start();
  /// Takes no new sessions. Sessions between transactions end, the others end after their transaction. Any
  /// thread.
  void drain();
  /// After drain(): ends sessions that wait for a command even within a transaction. Any thread.
  void hurry();
  /// Ends whatever still runs; a client that is sending a message is told first. Any thread.
  void stop();
  void join();
  /// Counts what is open and passes it to `told`, on the worker's thread. Any thread may ask. `told` isn't
  /// called if the worker has ended, or ends before it gets to it.
  void count_sessions(std::function<void(OpenSessions)> told);

  /// Its event loop. A caller may run it by hand in place of start(); then no deadline is kept.
  net::Loop& loop() override { return loop_; }
  net::Executor executor() { return loop_.context().get_executor(); }

  // For the worker's own sessions, on its thread.
  Shared& shared() override { return shared_; }
  next_hop::Pool& pool() { return pool_; }
  response::Reader& reader() override { return reader_; }
  WorkerDns& dns() { return dns_; }
  /// Returns what checks of one client's mail ask; `count`: see WorkerDns::ask_for().
  intake::CheckSources check_sources(next_hop::ClientCount count) {
    return {dns_.ask_for(std::move(count)), &shared_.missing, &dns_.silence(), &unfinished_checks_};
  }
  intake::CheckSources check_sources() override { return check_sources(nullptr); }
  intake::KeyLookUps* key_look_ups() override;
  bool is_draining() const override { return is_draining_; }
  bool is_hurrying() const override { return is_hurrying_; }
  bool is_stopped() const override { return is_stopped_; }
  std::string next_id() override;
  void add(LiveSession& session) override;
  void remove(LiveSession& session) override;

 private:
  /// A listening socket with the gateway behind it.
  struct Door {
    std::uint64_t number;
    std::shared_ptr<Entrance> entrance;
    std::shared_ptr<net::Listener> listener;
  };

  void change_doors(Addresses addresses);
  void open_door(Addresses::Opened opened, Entrance entrance);
  std::shared_ptr<net::Listener> listen(net::ListeningSocket socket, net::Listener::OnAccept on_accept);
  void run(std::unique_ptr<LiveSession> session);
  net::Task<void> keep_house();
  net::Task<void> ask_next_hops();
  net::Task<void> keep_in_order(QuarantineUpkeep& upkeep);
  void begin_drain();
  void end_if_done();

  unsigned number_;
  std::string id_front_;
  Shared& shared_;
  MakeSession make_session_;
  /// Only its own thread does I/O on it, so Asio need not lock for that; others may post to it.
  net::Loop loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  Upkeep upkeep_;
  next_hop::Pool pool_;
  response::Reader reader_;
  WorkerDns dns_;
  intake::UnfinishedChecks unfinished_checks_;
  std::vector<Door> doors_;
  std::vector<std::shared_ptr<net::Listener>> side_doors_;
  boost::intrusive::list<LiveSession, boost::intrusive::constant_time_size<false>> sessions_;
  net::Timer house_timer_;
  std::uint64_t last_id_ = 0;
  bool is_draining_ = false;
  bool is_hurrying_ = false;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace backstop::gateway
