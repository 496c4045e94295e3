// The history: one event a decision, kept for a configured time. docs/history.md has the format.
//
// The writer's record() is called by sessions and never waits: events go into a bounded buffer, from which
// one thread takes them in batches (store/batch_writer.h). If the buffer is full, because the disk is slow,
// full or locked, events are counted as lost, and the log has the count once writing works again. Mail is
// never delayed by it.
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
#include "store/event.h"

namespace backstop::store {

struct HistorySettings {
  std::string url = "sqlite:var/history.db";  ///< "sqlite:PATH"
  std::chrono::hours keep{90 * 24};           ///< older events are deleted; 0: never
  std::uint64_t most_bytes = 0;          ///< of the database file: the oldest events go first; 0: no limit
  std::size_t buffer = 20'000;           ///< events that wait for the writer at most
  std::chrono::milliseconds batch{200};  ///< how long the writer gathers at most before it commits

  bool operator==(const HistorySettings&) const = default;
};

/// Which events, newest first. Empty or absent fields don't filter. Texts must match whole.
struct HistoryFilter {
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> since{};  ///< included
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> until{};  ///< excluded
  std::string address{};  ///< one of Event::addresses, so in the same form
  std::string client{};
  std::string kind{};
  std::string origin{};
  std::optional<Verdict> verdict{};
  std::optional<Done> done{};
  std::optional<Direction> direction{};
  std::string cause{};
  std::optional<Verdict> next_stage{};
  std::string id{};
  bool is_untagged = false;  ///< mail with a sender that left without a tag
  std::size_t most = 100;
};

/// Thread-safe. Destroying it writes what waits; if that fails, it tries for two seconds.
class HistoryWriter {
 public:
  virtual ~HistoryWriter() = default;

  /// Invalid UTF-8 and NUL in the event's texts are written as U+FFFD.
  virtual void record(Event event) = 0;
  /// Returns true once all that was recorded before is committed, or false after `limit`.
  virtual bool flush(std::chrono::milliseconds limit) = 0;
  virtual BatchCounters counters() const = 0;
};

/// Thread-safe. Sees what is committed, and never holds the writer up.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  /// Events of the same time come in the opposite order of their recording.
  virtual base::Result<std::vector<Event>> query(const HistoryFilter& filter) = 0;
};

/// Opens the history, or makes the file, and its folder if only that is missing. Errors are worded for the
/// person who wrote the configuration. A database that is merely locked, or can't be read or written for now
/// (a full disk), is no error: opening it is tried again, as if that happened later. `warn` gets one line
/// when writing fails, when it works again, and how many events were lost; from the writer's thread, and not
/// often.
base::Result<std::unique_ptr<HistoryWriter>> open_history(const HistorySettings& settings,
                                                          std::function<void(std::string)> warn);

/// For any process, also while the server writes. Never makes the file.
base::Result<std::unique_ptr<HistoryReader>> open_history_for_reading(const std::string& url);

}  // namespace backstop::store
