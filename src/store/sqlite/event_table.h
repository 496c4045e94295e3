// Events to rows and back.
#pragma once

#include <string>
#include <vector>

#include "store/history.h"
#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

/// The prepared statements that write one event; for the connection that they were made on.
class EventInsert {
 public:
  static Outcome<EventInsert> prepare(Database& database);
  /// Within the caller's transaction.
  Outcome<void> run(const Event& event);

 private:
  EventInsert(Database& database, Statement event, Statement address)
      : database_(&database), event_(std::move(event)), address_(std::move(address)) {}
  Outcome<void> insert_addresses(const Event& event, std::int64_t number);

  Database* database_;
  Statement event_;
  Statement address_;
};

/// The statement of a search, with a "?" for each value.
std::string search_sql(const HistoryFilter& filter);

Outcome<std::vector<Event>> select_events(Database& database, const HistoryFilter& filter);

}  // namespace backstop::store::sqlite
