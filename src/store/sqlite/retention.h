// Keeps the file small: deletes old events and old sums, and gives their room back to the disk. Each step
// takes a few milliseconds, so that new events are written soon.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

struct RetentionRule {
  std::optional<std::int64_t> oldest;        ///< time in ms; older events are deleted
  std::optional<std::int64_t> oldest_day{};  ///< in days since 1970; older sums are deleted
  std::uint64_t most_bytes = 0;  ///< of the file; the oldest events are deleted, and no sums; 0: no limit
};

class Retention {
 public:
  static constexpr std::int64_t kEventsAStep = 1000;
  static constexpr std::int64_t kSumsAStep = 1000;
  static constexpr std::int64_t kPagesAStep = 1000;

  static Outcome<Retention> prepare(Database& database);
  /// Does one step; returns true if there is more to do.
  Outcome<bool> step(const RetentionRule& rule);

 private:
  Retention(Database& database, Statement oldest, Statement event, Statement addresses, Statement old_sum,
            Statement sums)
      : database_(&database),
        oldest_(std::move(oldest)),
        event_(std::move(event)),
        addresses_(std::move(addresses)),
        old_sum_(std::move(old_sum)),
        sums_(std::move(sums)) {}

  /// Deletes the oldest events before `before`, one step's worth; returns how many.
  Outcome<std::int64_t> delete_oldest(std::int64_t before);
  /// Deletes sums of days before `before`, one step's worth; returns whether there were any.
  Outcome<bool> delete_sums(std::int64_t before);
  Outcome<bool> shrink(std::uint64_t most_bytes);
  Outcome<bool> vacuum(std::int64_t pages);
  Outcome<bool> finish();

  Database* database_;
  Statement oldest_;
  Statement event_;
  Statement addresses_;
  Statement old_sum_;
  Statement sums_;
  bool is_checkpoint_due_ = false;
};

}  // namespace backstop::store::sqlite
