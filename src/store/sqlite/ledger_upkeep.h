// Keeps the file of a ledger in order, in small steps between its batches: seals tables, beats, follows other
// programs, drops what is old, and gives room back. For one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/coverage.h"
#include "store/ledger.h"
#include "store/sqlite/database.h"
#include "store/sqlite/ledger_catalog.h"
#include "store/sqlite/ledger_schema.h"
#include "store/sqlite/sealing.h"
#include "store/use_counts.h"

namespace backstop::store::sqlite {

/// What all threads of a ledger share; each member is thread-safe.
struct LedgerState {
  explicit LedgerState(const std::string& path) : secrets(path + ".keys") {}

  LedgerCatalog catalog;
  LedgerSecrets secrets;
  Coverage coverage;
  UseCounts uses;
};

class LedgerUpkeep {
 public:
  LedgerUpkeep(const LedgerSettings& settings, LedgerState& state) : settings_(settings), state_(state) {}

  /// Does one step; returns true if there is more to do now.
  Outcome<bool> step(Database& database);
  /// Writes a heartbeat; with `is_closing` the last one.
  Outcome<void> beat(Database& database, bool is_closing);
  /// Seals all that is in memory.
  Outcome<void> seal_all(Database& database);
  /// Removes all of the owner from memory.
  void forget(const OwnerRange& owner);
  /// Another file is open now. `forgotten` is the last number there of whom others forgot.
  void begin_anew(std::int64_t forgotten);

 private:
  bool is_serving() const { return settings_.use == LedgerUse::Serve; }
  LedgerTime now() const { return settings_.clock(); }
  std::chrono::sys_days today() const { return std::chrono::floor<std::chrono::days>(now()); }

  Outcome<void> each_minute(Database& database);
  Outcome<void> forget_as_others(Database& database);
  Outcome<void> follow_others(Database& database);
  Outcome<void> destroy_secrets(Database& database);
  void close_full_tables();
  /// Does nothing if no table is closed.
  Outcome<void> begin_sealing(Database& database);
  Outcome<bool> seal(Database& database);
  Outcome<bool> expire(Database& database);
  Outcome<bool> shrink(Database& database);

  const LedgerSettings settings_;
  LedgerState& state_;
  std::optional<Sealing> sealing_;
  std::optional<LedgerTime> last_minute_;
  std::int64_t last_forgotten_ = 0;
};

}  // namespace backstop::store::sqlite
