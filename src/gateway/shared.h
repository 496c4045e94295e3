// What all workers share, beside what every front door remembers: the current settings, and what is known of
// clients and next hops. Thread-safe throughout.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "gateway/client_counts.h"
#include "gateway/quarantine_upkeep.h"
#include "gateway/settings.h"
#include "gateway/watch.h"
#include "intake/shared.h"
#include "next_hop/alarm.h"
#include "next_hop/directory.h"

namespace backstop::gateway {

struct Shared : intake::Shared {
  Shared(std::shared_ptr<const Settings> settings_, intake::Journal& journal)
      : intake::Shared(journal),
        settings(std::move(settings_)),
        watch(journal),
        alarm([&journal](base::LogLevel level, std::string_view line) { journal.notice(level, line); }) {}

  std::atomic<std::shared_ptr<const Settings>> settings;
  Watch watch;
  next_hop::Alarm alarm;
  ClientCounts clients;
  next_hop::Directory hops;
  std::unique_ptr<QuarantineUpkeep> quarantine_upkeep;  ///< with keeper; of the first worker
  std::unique_ptr<QuarantineUpkeep> held_upkeep;        ///< with held_keeper; of the first worker
  boost::asio::thread_pool blocking{4};
};

}  // namespace backstop::gateway
