// The ledger: what left, to whom, what arrived and how it was authenticated, each for some days. It holds
// keyed hashes and no addresses (store/ledger_key.h names the rows, store/ledger_secret.h keeps the secrets).
//
// Rows go into memory, where they are found at once, and into a bounded buffer, from which one thread writes
// them in batches (store/batch_writer.h). If the buffer is full, rows are lost: they are counted, and
// coverage (store/coverage.h) starts anew. If the store fails, look-ups are errors, and mail flows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/task.h"
#include "store/batch.h"
#include "store/ledger_key.h"
#include "store/use_counter.h"

namespace backstop::store {

using LedgerTime = std::chrono::sys_seconds;

/// Returns the time by the system's clock.
LedgerTime ledger_clock();

enum class LedgerUse : std::uint8_t {
  Serve,   ///< one program at a time, which keeps the tables in order; others wait until it ends
  Import,  ///< beside it, for many rows at once: they are on the disk when the ledger is closed, and not
           ///< before
};

struct LedgerSettings {
  std::string url = "sqlite:var/ledger.db";  ///< "sqlite:PATH"; the secrets are in PATH.keys
  std::chrono::days keep_ids{30};            ///< ids, addressees, From addresses, rows for the way out
  std::chrono::days keep_pairs{14};          ///< pairs, recipients of a day
  std::chrono::days keep_arrivals{10};
  std::chrono::days keep_digests{5};
  std::size_t buffer = 200'000;          ///< rows that wait for the writer at most
  std::chrono::milliseconds batch{500};  ///< how long the writer gathers at most before it commits
  std::size_t table_rows = 1'000'000;    ///< a table is sealed when it has this many
  LedgerUse use = LedgerUse::Serve;
  LedgerTime (*clock)() = ledger_clock;

  std::chrono::days keep(Life life) const;
  bool operator==(const LedgerSettings&) const = default;
};

struct LedgerStats {
  std::uint64_t rows = 0;          ///< in all tables, those in memory included
  std::uint64_t open_rows = 0;     ///< of them, in memory and in logs, not sealed yet
  std::uint64_t tables = 0;        ///< sealed ones
  std::uint64_t filter_bytes = 0;  ///< of memory
  std::uint64_t disk_bytes = 0;
  std::optional<LedgerTime> born;
  std::optional<LedgerTime> covered_since;
};

/// Thread-safe.
class LedgerReader {
 public:
  virtual ~LedgerReader() = default;

  /// Answers many questions at once: for each the value of its row, joined over all rows that live, or 0 if
  /// there is none. Any question that can't be answered makes all of it an error. The questions and their
  /// texts must live until the answer.
  virtual net::Task<base::Result<std::vector<std::uint32_t>>> look_up(std::span<const RowKey> questions) = 0;
  /// Returns since when the ledger has all that left and has forgotten no id of it (keep_ids), or nullopt if
  /// it isn't open.
  virtual std::optional<LedgerTime> covered_since() const = 0;
  virtual base::Result<LedgerStats> stats() = 0;
};

/// Thread-safe. The destructor writes what waits; if that fails, it tries again for two seconds. A counter of
/// uses lives for keep_ids at most.
class LedgerWriter : public LedgerReader, public UseCounter {
 public:
  /// Takes rows without waiting. `at` is when their mail left or arrived: a row lives from then on, and one
  /// that is too old already is passed over. A time in the future counts as now.
  virtual void record(std::span<const Row> rows, LedgerTime at) = 0;
  void record(std::span<const Row> rows) { record(rows, LedgerTime::max()); }

  /// Deletes all about one owner, as owner, from memory and disk; waits for the disk, so it is no call for a
  /// session. A program that has the ledger open beside this one follows within about a minute.
  virtual base::Result<void> forget(std::string_view owner) = 0;

  /// Returns true once all that was recorded before is committed, or false after `limit`.
  virtual bool flush(std::chrono::milliseconds limit) = 0;
  /// Returns true once the buffer is empty, or false after `limit`. An import fills it faster than it is
  /// emptied; flush() would seal its tables, too.
  virtual bool wait_for_room(std::chrono::milliseconds limit) = 0;
  virtual BatchCounters counters() const = 0;
};

/// Opens the ledger, or makes one. A failure that may pass, such as a locked file, is no error: the ledger
/// begins when it can. `warn` gets a line for the log, on any thread.
base::Result<std::unique_ptr<LedgerWriter>> open_ledger(const LedgerSettings& settings,
                                                        std::function<void(std::string)> warn);

/// Opens a ledger that exists as it is now: what a program records later isn't seen.
base::Result<std::unique_ptr<LedgerReader>> open_ledger_for_reading(const LedgerSettings& settings);

}  // namespace backstop::store
