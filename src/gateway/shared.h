// What all workers share: the settings of the moment, counts, and where events go. Thread-safe throughout.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>

#include "gateway/client_counts.h"
#include "gateway/held_memory.h"
#include "gateway/hop_directory.h"
#include "gateway/settings.h"
#include "store/event.h"

namespace backstop::gateway {

/// Where each decision is told: the log and the history. Called after the client has its reply; must not
/// wait.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void record(store::Event event) = 0;
};

struct Shared {
  Shared(std::shared_ptr<const Settings> settings_, EventSink& events_)
      : settings(std::move(settings_)), events(events_) {}

  std::atomic<std::shared_ptr<const Settings>> settings;
  EventSink& events;
  ClientCounts clients;
  HopDirectory hops;
  HeldMemory held;
  boost::asio::thread_pool blocking{4};
};

}  // namespace backstop::gateway
