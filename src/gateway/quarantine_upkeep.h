// Keeps a quarantine, or a held store, in order while the gateway runs: deletes what is too old, and once a
// day tells the owners what is kept back for them, if it has a digest. Runs on one worker; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "gateway/digest.h"
#include "intake/journal.h"
#include "net/task.h"
#include "next_hop/pool.h"
#include "store/quarantine.h"

namespace backstop::gateway {

struct Shared;

class QuarantineUpkeep {
 public:
  static constexpr std::chrono::minutes kPause{10};
  /// At most this many owners are told on one day; the others the day after.
  static constexpr std::size_t kMostMails = 1000;
  /// At most this many responses are looked at, the newest ones.
  static constexpr std::size_t kMostKept = 100'000;

  /// `quarantine` is its own, so that no session waits for its look-ups.
  QuarantineUpkeep(std::unique_ptr<store::Quarantine> quarantine, store::QuarantineSettings settings,
                   std::size_t most_mails = kMostMails);

  /// Does what is due now. Tells no further owner once the worker drains.
  net::Task<void> look(Shared& shared, next_hop::Pool& pool, const bool& is_draining);

 private:
  /// A list, and the mails that point into it.
  struct Due {
    store::KeptList list;
    Digest digest;
  };

  base::Result<Due> find_due(const Settings& settings, std::chrono::system_clock::time_point now);
  net::Task<void> tell_owners(Shared& shared, next_hop::Pool& pool, const bool& is_draining);

  const std::unique_ptr<store::Quarantine> quarantine_;
  const store::QuarantineSettings settings_;
  const std::size_t most_mails_;
};

}  // namespace backstop::gateway
