// The whole gateway: workers, their listening sockets, and what they share.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "gateway/listen_plan.h"
#include "gateway/shared.h"
#include "gateway/worker.h"
#include "net/listener.h"

namespace backstop::gateway {

class Server {
 public:
  /// Binds every address of every gateway; nothing is accepted yet, and no thread runs. `workers`: at
  /// least 1.
  static base::Result<std::unique_ptr<Server>> bind(std::shared_ptr<const Settings> settings,
                                                    unsigned workers, intake::Journal& events);
  ~Server();

  const std::vector<Listening>& listening() const { return listening_; }
  /// What sessions know of the readiness of domains. Any thread may replace it.
  intake::ReadyTable& ready() { return shared_.ready; }

  /// Mail is recorded there. Call it before start(); the ledger must outlive the server.
  void use_ledger(store::LedgerWriter& ledger) { shared_.ledger = &ledger; }
  /// Lets responses be kept back, or held on their way out, as `settings.place` says. Both are the same
  /// store, and `for_upkeep` is open a second time. Call it before start(), once for each place, or not at
  /// all.
  void keep_in(std::unique_ptr<store::Quarantine> quarantine, std::unique_ptr<store::Quarantine> for_upkeep,
               const store::QuarantineSettings& settings);
  /// Accepts connections for another front door, whose sessions then run among the gateway's. One socket for
  /// each worker. Call it before start().
  void open_side_door(std::vector<net::ListeningSocket> sockets, const intake::MakeSession& make_session);
  std::size_t workers() const { return workers_.size(); }
  void start();

  /// How a reload changes the addresses. The new ones are bound. Nothing else has happened yet, and nothing
  /// will if this is thrown away.
  struct Rebinding {
    struct Opened {
      std::uint64_t number;
      std::vector<net::ListeningSocket> sockets;  ///< one for each worker
    };
    struct Change {
      enum class Kind : std::uint8_t { Opened, TakenOver, Closed };
      Kind kind;
      Listening what;
      std::string before{};  ///< TakenOver: the gateway that had it
    };
    std::vector<Listening> listening;
    std::vector<Opened> opened;
    std::vector<Change> changes;
  };
  /// Binds the new addresses. An error if one can't be bound; it says whether a restart would help.
  base::Result<Rebinding> rebind(const Settings& settings);
  /// Takes the new settings, which new transactions see. An address that stays is not touched. Sessions of a
  /// gateway that is gone end with a 421, after their transaction if they have one. Once started, returns
  /// when every worker has the new settings.
  void reload(std::shared_ptr<const Settings> settings, Rebinding rebinding);
  /// Takes no new sessions, and lets transactions end. Returns when all have, or after `limit`, when the rest
  /// is cut. A client that sends no command in its transaction gets less time. No message that was answered
  /// 250 is lost.
  void stop(std::chrono::seconds limit);
  /// Cuts whatever still runs now, so that stop() returns. Any thread.
  void cut();

  /// What all workers have open, and how many of them said so in time.
  struct OpenNow {
    OpenSessions sessions;
    std::size_t answered = 0;
    std::size_t workers = 0;
  };
  /// Asks every worker, and waits for their answers for at most `limit`. A worker that has ended, or that is
  /// stuck, doesn't answer. Any thread but a worker's.
  OpenNow count_sessions(std::chrono::milliseconds limit);
  /// What is known of next hops. Any thread.
  const next_hop::Directory& next_hops() const { return shared_.hops; }
  const next_hop::Alarm& next_hop_alarm() const { return shared_.alarm; }
  /// Returns why responses can't be kept there at present; empty if they can, or if there is no such store.
  /// Any thread.
  std::string trouble_of(store::KeptPlace place) const;

 private:
  Server(std::shared_ptr<const Settings> settings, intake::Journal& events);

  Shared shared_;
  std::vector<Listening> listening_;
  std::uint64_t last_number_ = 0;
  bool is_started_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace backstop::gateway
