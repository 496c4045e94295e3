// The milter for all workers: its doors and its settings. The sessions run on the gateway's workers
// (intake/workplace.h). Thread-safe but for bind().
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "filter/milter_client.h"
#include "filter/settings.h"
#include "intake/doors.h"
#include "intake/journal.h"
#include "intake/workplace.h"

namespace backstop::filter {

class MilterServer {
 public:
  /// The journal must outlive it.
  MilterServer(std::shared_ptr<const Settings> settings, intake::Journal& events);
  MilterServer(const MilterServer&) = delete;
  MilterServer& operator=(const MilterServer&) = delete;

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
  base::Result<intake::OpenDoor> open(const net::Place& place, Door door, std::size_t workers);

  std::atomic<std::shared_ptr<const Settings>> settings_;
  intake::Doors doors_;
};

}  // namespace backstop::filter
