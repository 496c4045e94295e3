// Turns daily sums into rows and back.
#pragma once

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "store/day_sums.h"
#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

/// The prepared statement that adds to the row of a domain and a day. It belongs to the connection that it
/// was made on.
class DaySumAdd {
 public:
  static Outcome<DaySumAdd> prepare(Database& database);
  /// Runs within the caller's transaction.
  Outcome<void> run(std::string_view domain, std::chrono::sys_days day, const DayCounts& counts);

 private:
  explicit DaySumAdd(Statement add) : add_(std::move(add)) {}

  Statement add_;
};

/// Returns the sums from the day `since` on, ordered by domain and day.
Outcome<std::vector<DaySums>> select_day_sums(Database& database, std::chrono::sys_days since);

}  // namespace backstop::store::sqlite
