// What a BatchWriter shares with the database that it writes to and with the store that uses it. `Item` is
// what is written: an event of the history, a row of the ledger.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::store {

struct BatchCounters {
  std::uint64_t recorded = 0;  ///< taken to be written
  std::uint64_t written = 0;   ///< committed
  std::uint64_t lost = 0;      ///< dropped because the buffer was full, or not written when the store closed
  std::string trouble = {};    ///< why the last try to write failed; empty if it didn't
};

/// Writes batches to a database. Used by one thread at a time.
template <typename Item>
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  /// Writes the whole batch, or nothing if there is an error. May wait, but not for much more than a second.
  /// The batch is empty if only something aside waits.
  virtual base::Result<void> write(const std::list<Item>& batch) = 0;
  /// Does some upkeep, such as deleting old items, in one small step. Returns true if there is more to do.
  virtual base::Result<bool> tidy() = 0;
  /// Counts what the sink gathers by itself beside the batches. write() writes it, too: with the next batch,
  /// or within BatchLimits::kAsidePause. Any thread.
  virtual BatchCounters aside() const { return {}; }
  /// Called once, last of all. `is_complete` is false if items could not be written at the end.
  virtual void close(bool is_complete) { static_cast<void>(is_complete); }
};

/// What an item is called in the log.
struct ItemWords {
  std::string_view one;
  std::string_view many;
  std::string_view upkeep_failed;  ///< what is said if tidy() fails, "old events can't be deleted"
};

struct BatchSettings {
  std::size_t buffer;                ///< at most this many items wait for the writer
  std::chrono::milliseconds gather;  ///< the writer gathers at most this long before it commits
  ItemWords words;
};

}  // namespace backstop::store
