// Turns events into rows and back, and searches for them.
#pragma once

#include <string>
#include <vector>

#include "store/history.h"
#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

/// The prepared statements that write one event. They belong to the connection that they were made on.
class EventInsert {
 public:
  static Outcome<EventInsert> prepare(Database& database);
  /// Runs within the caller's transaction.
  Outcome<void> run(const Event& event);

 private:
  EventInsert(Database& database, Statement event, Statement address)
      : database_(&database), event_(std::move(event)), address_(std::move(address)) {}
  Outcome<void> insert_addresses(const Event& event, std::int64_t number);

  Database* database_;
  Statement event_;
  Statement address_;
};

/// Returns the statement of a search, with a "?" for each value.
std::string search_sql(const HistoryFilter& filter);

/// Returns the highest number of an event; 0 if there is none.
Outcome<std::int64_t> newest_event(Database& database);

Outcome<void> visit_events(Database& database, const HistoryFilter& filter, const EventVisitor& visit);

}  // namespace backstop::store::sqlite
