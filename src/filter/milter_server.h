// The milter for all workers: its sockets, its settings, and the limit of its connections. The sessions run
// on the gateway's workers (intake/workplace.h). Thread-safe but for bind().
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/tally.h"
#include "filter/milter_client.h"
#include "filter/settings.h"
#include "intake/journal.h"
#include "intake/workplace.h"
#include "net/listener.h"
#include "net/local_socket.h"

namespace backstop::filter {

class MilterServer {
 public:
  /// A place among the connections; its end gives it back.
  class Ticket {
   public:
    explicit Ticket(std::atomic<std::size_t>& count) : count_(&count) {}
    Ticket(Ticket&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (count_ != nullptr) --*count_;
    }

   private:
    std::atomic<std::size_t>* count_;
  };

  /// A door with a socket for each worker.
  struct Opened {
    std::vector<net::ListeningSocket> sockets;
    intake::MakeSession make_session;
  };

  /// The journal must outlive it.
  MilterServer(std::shared_ptr<const Settings> settings, intake::Journal& events);
  MilterServer(const MilterServer&) = delete;
  MilterServer& operator=(const MilterServer&) = delete;

  /// Binds all places of the settings. It must outlive the sessions that are made.
  base::Result<std::vector<Opened>> bind(std::size_t workers);
  /// Returns where it listens, with ports that the system chose: "unix:/path", "inet:127.0.0.1:8891".
  const std::vector<Place>& listening() const { return listening_; }

  /// The places stay as they are.
  void reload(std::shared_ptr<const Settings> settings) { settings_.store(std::move(settings)); }
  std::shared_ptr<const Settings> settings() const { return settings_.load(); }

  /// A connection was cut off since its peer broke the protocol.
  void tell_failure(std::string_view peer, std::string_view why);

 private:
  base::Result<Opened> open(const Place& place, Door door, std::size_t workers);
  std::unique_ptr<intake::LiveSession> make_session(intake::Workplace& workplace, net::Socket socket,
                                                    const net::Endpoint& peer, Door door, bool is_local);
  void tell(base::Tally& tally, const std::string& line);

  std::atomic<std::shared_ptr<const Settings>> settings_;
  intake::Journal& events_;
  std::vector<net::LocalSocket> files_;  ///< keep the sockets' files
  std::vector<Place> listening_;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;
  base::Tally full_;       ///< under the mutex
  base::Tally strangers_;  ///< under the mutex
  base::Tally failures_;   ///< under the mutex
};

}  // namespace backstop::filter
