// What all workers share: the current settings, counts, and the journal of events. Thread-safe throughout.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <memory>

#include "auth/resolver.h"
#include "gateway/client_counts.h"
#include "gateway/held_memory.h"
#include "gateway/journal.h"
#include "gateway/keeper.h"
#include "gateway/quarantine_upkeep.h"
#include "gateway/settings.h"
#include "gateway/watch.h"
#include "intake/event_of.h"
#include "intake/hint_counts.h"
#include "intake/key_look_ups.h"
#include "intake/missing_domains.h"
#include "intake/pending_arrivals.h"
#include "intake/ready_table.h"
#include "intake/surge.h"
#include "intake/waiting_answers.h"
#include "next_hop/alarm.h"
#include "next_hop/directory.h"
#include "store/ledger.h"
#include "store/use_counter.h"

namespace backstop::gateway {

/// Returns the time of day. A test may pass another.
using WallClock = std::chrono::system_clock::time_point (*)();

struct Shared {
  Shared(std::shared_ptr<const Settings> settings_, Journal& events_)
      : settings(std::move(settings_)),
        events(events_),
        watch(events_),
        alarm([&events_](os::LogLevel level, std::string_view line) { events_.notice(level, line); }),
        surges([&events_](const intake::SurgeChange& change) { events_.record(intake::event_of(change)); }) {}

  std::atomic<std::shared_ptr<const Settings>> settings;
  Journal& events;
  Watch watch;
  next_hop::Alarm alarm;
  ClientCounts clients;
  next_hop::Directory hops;
  HeldMemory held;
  intake::HintCounts hints;
  store::NodeUses uses;            ///< of proofs, while there is no ledger
  intake::KeyMemory dkim_keys;     ///< that were looked up
  auth::AnswerCache answers;       ///< of DNS
  intake::MissingDomains missing;  ///< sender domains
  intake::ReadyTable ready;
  store::LedgerWriter* ledger = nullptr;  ///< null: there is none; set before the workers start
  intake::Surges surges;
  intake::WaitingAnswers waiting_answers;
  intake::PendingArrivals pending_arrivals;
  WallClock clock = &std::chrono::system_clock::now;
  std::unique_ptr<Keeper> keeper;       ///< null: there is no quarantine; set before the start
  std::unique_ptr<Keeper> held_keeper;  ///< null: there is no held store; set before the start
  std::unique_ptr<QuarantineUpkeep> quarantine_upkeep;  ///< with keeper; of the first worker
  std::unique_ptr<QuarantineUpkeep> held_upkeep;        ///< with held_keeper; of the first worker
  boost::asio::thread_pool blocking{4};
};

}  // namespace backstop::gateway
