// The HTTP side for all workers: its doors, its settings, and what its requests share. The sessions run on
// the gateway's workers (intake/workplace.h); what waits for the disk runs on threads of its own, so that no
// mail waits for it. Thread-safe but for bind().
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/call.h"
#include "http/settings.h"
#include "intake/doors.h"
#include "intake/journal.h"
#include "intake/workplace.h"

namespace backstop::http {

/// As the log and the counts of open sessions name it.
inline constexpr std::string_view kHttpName = "http";

class Server {
 public:
  /// The journal must outlive it.
  Server(std::shared_ptr<const Settings> settings, intake::Journal& events);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Binds all places of the settings. It must outlive the sessions that are made.
  base::Result<std::vector<intake::OpenDoor>> bind(std::size_t workers);
  /// Return where it listens; see intake::Doors.
  const std::vector<net::Place>& listening() const { return doors_.listening(); }
  const std::vector<net::Place>& public_listening() const { return public_doors_.listening(); }

  /// Call it before the first session.
  void set_sources(Sources sources) { desk_.sources = std::move(sources); }
  /// The places stay as they are.
  void reload(std::shared_ptr<const Settings> settings) { desk_.settings.store(std::move(settings)); }

  /// Counts an event that was recorded. It doesn't wait.
  void note(const store::Event& event);
  /// Waits for the work that has begun. Call it once no session runs any more.
  void join() { pool_.join(); }

  Desk& desk() { return desk_; }
  boost::asio::thread_pool& pool() { return pool_; }
  void tell_failure(std::string_view peer, std::string_view why) { doors_.tell_failure(peer, why); }

 private:
  Desk desk_;
  intake::Doors doors_;
  /// Counted apart, so that the world can't take the places of those who look after the server.
  intake::Doors public_doors_;
  /// Two, so that no more passwords are hashed at the same time: each takes 19 MiB.
  boost::asio::thread_pool pool_{2};
};

}  // namespace backstop::http
