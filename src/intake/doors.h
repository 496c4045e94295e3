// The places of a server that mail servers ask: opens them, lets in who may connect, counts the connections,
// and tells of those that are closed. Thread-safe but for open().
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/tally.h"
#include "intake/journal.h"
#include "intake/workplace.h"
#include "net/listener.h"
#include "net/local_socket.h"
#include "net/place.h"

namespace backstop::intake {

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
struct OpenDoor {
  std::vector<net::ListeningSocket> sockets;
  MakeSession make_session;
};

class Doors {
 public:
  /// `section` is that of the configuration, such as "milter"; what is told begins with it. The journal must
  /// outlive it.
  Doors(std::string_view section, Journal& events) : section_(section), events_(events) {}
  Doors(const Doors&) = delete;
  Doors& operator=(const Doors&) = delete;

  /// Binds one place. The file of a socket stays as long as this object.
  base::Result<std::vector<net::ListeningSocket>> open(const net::Place& place,
                                                       const net::DoorSettings& settings,
                                                       std::size_t workers);
  /// Returns where it listens, with ports that the system chose: "unix:/path", "inet:127.0.0.1:8891".
  const std::vector<net::Place>& listening() const { return listening_; }

  /// Returns nullopt, and the connection must be closed, for a stranger and past the limit. A place
  /// `is_local` lets in whoever could connect.
  std::optional<Ticket> admit(const net::Endpoint& peer, bool is_local, const net::DoorSettings& settings);

  /// A connection was cut off since its peer broke the protocol.
  void tell_failure(std::string_view peer, std::string_view why);

 private:
  void tell(base::Tally& tally, const std::string& line);

  std::string section_;
  Journal& events_;
  std::vector<net::LocalSocket> files_;  ///< keep the sockets' files
  std::vector<net::Place> listening_;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;
  base::Tally full_;       ///< under the mutex
  base::Tally strangers_;  ///< under the mutex
  base::Tally failures_;   ///< under the mutex
};

/// Returns the peer of a connection as the log names it.
std::string name_of(const net::Endpoint& peer, bool is_local);

}  // namespace backstop::intake
