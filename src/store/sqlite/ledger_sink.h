// Takes the batches of a ledger: the file, which is opened again when it breaks and when somebody takes it
// away, and the logs in it. Belongs to one thread at a time; what it shares with other threads is
// LedgerState.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/batch.h"
#include "store/ledger.h"
#include "store/sqlite/database.h"
#include "store/sqlite/ledger_catalog.h"
#include "store/sqlite/ledger_schema.h"
#include "store/sqlite/ledger_upkeep.h"

namespace backstop::store::sqlite {

struct RowItem {
  std::shared_ptr<OpenTable> table;  ///< has the row already
  StoredRow row;
};
struct UseItem {
  LedgerKey counter;
  LedgerTime until;
};
struct ForgetItem {
  std::string owner;
};
/// Seals all that is in memory: the end of an import.
struct SealItem {};
using LedgerItem = std::variant<RowItem, UseItem, ForgetItem, SealItem>;

/// Is held by the one program that serves a ledger, and freed by the system when that ends.
class ServeLock {
 public:
  explicit ServeLock(std::string path) : path_(std::move(path)) {}
  ServeLock(const ServeLock&) = delete;
  ServeLock& operator=(const ServeLock&) = delete;
  ~ServeLock();
  Outcome<void> take();

 private:
  const std::string path_;
  int file_ = -1;
};

class LedgerSink : public BatchSink<LedgerItem> {
 public:
  LedgerSink(std::string path, const LedgerSettings& settings, LedgerState& state,
             std::function<void(std::string)> warn);

  /// Opens the file or makes it. write() and tidy() do the same if it is not open.
  Outcome<void> open();

  base::Result<void> write(const std::list<LedgerItem>& batch) override;
  base::Result<bool> tidy() override;
  void close(bool is_complete) override;

 private:
  bool is_serving() const { return settings_.use == LedgerUse::Serve; }
  LedgerTime now() const { return settings_.clock(); }

  Outcome<void> adopt(Database& database);
  Outcome<LedgerTables> load(Database& database);
  Outcome<void> load_segment(Database& database, const SegmentRow& row, LedgerTables& loaded);
  Outcome<void> load_log(Database& database, const SegmentRow& row, LedgerTables& loaded);
  void take_over(LedgerTables loaded);
  void check_place();
  template <typename Value>
  Outcome<Value> judged(Outcome<Value> outcome);

  Outcome<void> write_to_file(const std::list<LedgerItem>& batch);
  Outcome<void> make_room();
  Outcome<void> write_items(const std::list<LedgerItem>& batch);
  Outcome<void> append_logs();
  Outcome<void> forget(const std::string& owner);
  Outcome<void> save_secrets();

  const std::string path_;
  const LedgerSettings settings_;
  LedgerState& state_;
  const std::function<void(std::string)> warn_;
  ServeLock lock_;
  LedgerUpkeep upkeep_;

  std::unique_ptr<Database> database_;
  std::vector<std::pair<std::shared_ptr<OpenTable>, std::string>> logs_;  ///< of the batch being written
  std::vector<std::pair<std::shared_ptr<OpenTable>, std::int64_t>> new_numbers_;  ///< the same
  std::size_t unreadable_ = 0;  ///< tables of the file being loaded that have no secret
  ino_t log_inode_ = 0;         ///< of the database's own log, when it was last looked at; 0: there was none
  bool is_doubtful_ = false;    ///< the file lacks what it should have: it is read anew
  bool has_read_uses_ = false;
};

}  // namespace backstop::store::sqlite
