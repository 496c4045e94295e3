// The history: one event for each decision, kept for a configured time. docs/history.md has the format.
//
// Beside the events it has sums of each domain and day (store/day_sums.h), of all mail.
//
// The writer's record() is called by sessions and never waits: events go into a bounded buffer, from which
// one thread takes them in batches (store/batch_writer.h). If the buffer is full, because the disk is slow,
// full or locked, events are counted as lost, and the log has the count once writing works again. Mail is
// never delayed by it. The same holds for add(), which only counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/batch.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::store {

struct HistorySettings {
  std::string url = "sqlite:var/history.db";  ///< "sqlite:PATH"
  std::chrono::hours keep{90 * 24};           ///< older events are deleted; 0: never
  std::uint64_t most_bytes = 0;          ///< of the database file; the oldest events are deleted; 0: no limit
  std::size_t buffer = 20'000;           ///< events that wait for the writer at most
  std::chrono::milliseconds batch{200};  ///< how long the writer gathers at most before it commits

  bool operator==(const HistorySettings&) const = default;
};

/// Events by the order in which they were recorded, as HistoryReader::newest() counts them.
struct RecordedRange {
  std::int64_t after = 0;  ///< excluded
  std::int64_t up_to = 0;  ///< included
};

/// Which events a query returns, newest first. Empty or absent fields don't filter. Texts must match whole.
struct HistoryFilter {
  /// If it is given, the order is that of recording, the last one first.
  std::optional<RecordedRange> recorded{};
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> since{};  ///< included
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> until{};  ///< excluded
  std::string address{};  ///< one of Event::addresses, in the form of origin::search_key()
  std::string client{};
  std::string kind{};
  std::string origin{};
  std::optional<Verdict> verdict{};
  std::optional<Done> done{};
  std::optional<Direction> direction{};
  std::string cause{};
  std::optional<Verdict> next_stage{};
  std::string id{};
  std::string id_prefix{};        ///< ids that begin with it
  bool is_response = false;       ///< only events of messages that are responses
  bool is_dsn = false;            ///< only events of bounces, delay notices and success notices
  bool is_untagged = false;       ///< only events for which Event::is_untagged() is true
  bool is_contradiction = false;  ///< only events with Event::contradiction
  std::size_t most = 100;         ///< events
};

/// Thread-safe. The destructor writes what waits; if that fails, it tries again for two seconds.
class HistoryWriter {
 public:
  virtual ~HistoryWriter() = default;

  /// Takes an event without waiting. Invalid UTF-8 and NUL in its texts are written as U+FFFD.
  virtual void record(Event event) = 0;
  /// Adds to the sums of a domain and a day without waiting. They are committed with the next events or
  /// within five seconds, and stay in memory until then, so none are lost while the disk is full. Only if
  /// WaitingSums::kMostPairs wait and this is one more, it counts as an event that is lost.
  virtual void add(DaySums sums) = 0;
  /// Returns true once all that was recorded and added before is committed, or false after `limit`.
  virtual bool flush(std::chrono::milliseconds limit) = 0;
  /// Counts events; `lost` counts calls of add(), too.
  virtual BatchCounters counters() const = 0;
};

using EventVisitor = std::function<void(Event)>;

/// Thread-safe. Sees what is committed, and never makes the writer wait. The process that has the writer may
/// have readers, too.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  /// Returns the events that match. Of events with the same time the one recorded last comes first.
  virtual base::Result<std::vector<Event>> query(const HistoryFilter& filter) = 0;
  /// The same, one event at a time, so that any number of them takes no memory: `filter.most` counts here
  /// too. The visitor must not ask this reader. Other queries wait until it has seen all.
  virtual base::Result<void> visit(const HistoryFilter& filter, const EventVisitor& visitor) = 0;
  /// Returns the number of the event that was recorded last; 0 if there is none. Later events have higher
  /// numbers. It can fall only if the history was deleted or replaced.
  virtual base::Result<std::int64_t> newest() = 0;
  /// Returns all sums of the day `since` and of later days, ordered by domain and then by day.
  virtual base::Result<std::vector<DaySums>> day_sums(std::chrono::sys_days since) = 0;
};

/// Opens the history. Makes the file if it is missing, and its folder if the folder above that exists. Errors
/// are worded for the person who wrote the configuration. A database that is only locked, or can't be read or
/// written for now (a full disk), is no error: the writer tries again to open it, and events wait. `warn`
/// gets one line when writing fails, and one when it works again, with how many events were lost. It is
/// called from the writer's thread, and not often.
base::Result<std::unique_ptr<HistoryWriter>> open_history(const HistorySettings& settings,
                                                          std::function<void(std::string)> warn);

/// Opens the history for queries. Any process may do so, even while the server writes. Never makes the file.
base::Result<std::unique_ptr<HistoryReader>> open_history_for_reading(const std::string& url);

}  // namespace backstop::store
