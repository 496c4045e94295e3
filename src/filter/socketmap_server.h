// The socketmap for all workers: its doors and its settings. The sessions run on the gateway's workers
// (intake/workplace.h). Thread-safe but for bind().
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "filter/settings.h"
#include "intake/doors.h"
#include "intake/journal.h"

namespace backstop::filter {

/// As the log and the counts of open sessions name it.
inline constexpr std::string_view kSocketmapName = "socketmap";

class SocketmapServer {
 public:
  /// The journal must outlive it.
  SocketmapServer(std::shared_ptr<const Settings> settings, intake::Journal& events);
  SocketmapServer(const SocketmapServer&) = delete;
  SocketmapServer& operator=(const SocketmapServer&) = delete;

  /// Binds all places of the settings. It must outlive the sessions that are made.
  base::Result<std::vector<intake::OpenDoor>> bind(std::size_t workers);
  /// Returns where it listens; see intake::Doors.
  const std::vector<net::Place>& listening() const { return doors_.listening(); }

  /// The places stay as they are.
  void reload(std::shared_ptr<const Settings> settings) { settings_.store(std::move(settings)); }
  std::shared_ptr<const Settings> settings() const { return settings_.load(); }

  /// A connection was cut off since its peer broke the protocol.
  void tell_failure(std::string_view peer, std::string_view why) { doors_.tell_failure(peer, why); }

 private:
  std::atomic<std::shared_ptr<const Settings>> settings_;
  intake::Doors doors_;
};

}  // namespace backstop::filter
