// Takes the batches of a history: the file, with its connection, which is opened again when it breaks and
// when somebody takes the file away. Belongs to one thread at a time, but for add() and aside().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "store/batch.h"
#include "store/history.h"
#include "store/sqlite/database.h"
#include "store/sqlite/day_sum_table.h"
#include "store/sqlite/event_table.h"
#include "store/sqlite/retention.h"
#include "store/waiting_sums.h"

namespace backstop::store::sqlite {

class HistorySink : public BatchSink<Event> {
 public:
  /// `warn` gets a line when the file is gone from its place.
  HistorySink(std::string path, const HistorySettings& settings, std::function<void(std::string)> warn);

  /// Opens the file or makes it. write() does the same if the file is not open.
  Outcome<void> open();

  /// Adds to the sums that the next write() writes.
  void add(DaySums sums) { sums_.add(std::move(sums)); }

  base::Result<void> write(const std::list<Event>& batch) override;
  base::Result<bool> tidy() override;
  BatchCounters aside() const override { return sums_.counters(); }

 private:
  /// A connection and the statements prepared on it, which are destroyed before it.
  struct Connection {
    std::unique_ptr<Database> database;
    EventInsert insert;
    DaySumAdd add;
    Retention retention;

    static Outcome<Connection> open(const std::string& path);
  };

  Outcome<void> write_to_file(const std::list<Event>& batch, const WaitingSums::Rows& sums);
  Outcome<void> insert_all(const std::list<Event>& batch, const WaitingSums::Rows& sums);
  RetentionRule rule() const;

  const std::string path_;
  const std::chrono::hours keep_;
  const std::uint64_t most_bytes_;
  const std::function<void(std::string)> warn_;
  WaitingSums sums_;
  std::optional<Connection> connection_;
};

}  // namespace backstop::store::sqlite
