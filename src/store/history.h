// The history: one event a decision, kept for a configured time. docs/history.md has the format.
//
// record() is called by sessions and never waits: events go into a bounded buffer, from which one writer
// thread takes them in batches. When the buffer is full, because the disk is slow, full or locked, events are
// counted as lost, and the count is said in the log once writing works again. Mail is never delayed by it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
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

/// Which events, newest first. Empty or absent fields don't filter. Texts match whole, but for `address`.
struct HistoryFilter {
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> since{};  ///< included
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> until{};  ///< excluded
  std::string address{};  ///< the reverse path or one of the recipients, without regard to ASCII case and to
                          ///< tags on either side (address_key.h)
  std::string client{};
  std::string kind{};
  std::string origin{};
  std::string verdict{};
  std::string done{};
  std::string direction{};
  std::string reason{};
  std::string next_stage{};
  std::string id{};
  bool is_untagged = false;  ///< mail with a sender that left without a tag
  std::size_t most = 100;
};

struct HistoryCounters {
  std::uint64_t recorded = 0;  ///< taken by record()
  std::uint64_t written = 0;   ///< committed
  std::uint64_t lost = 0;      ///< dropped: for a full buffer, or unwritten when the history was closed
};

/// Thread-safe. Destroying it writes what waits, for two seconds at most where that fails.
class History {
 public:
  virtual ~History() = default;

  /// Invalid UTF-8 and NUL in the event's texts are written as U+FFFD.
  virtual void record(Event event) = 0;
  /// Returns once all that was recorded before is committed, or false after `limit`.
  virtual bool flush(std::chrono::milliseconds limit) = 0;
  /// Sees what is committed; events of the same time come in the opposite order of their recording.
  virtual base::Result<std::vector<Event>> query(const HistoryFilter& filter) = 0;
  virtual HistoryCounters counters() const = 0;
};

/// Opens it, or makes the file, and its folder where only that is missing. Errors are said for the person who
/// wrote the configuration. A database that is merely locked, or can't be read or written for now (a full
/// disk), is no error: it is opened again and again, as when that happens later. `warn` is called with one
/// line when writing fails, when it works again, and how many events were lost; from the writer's thread,
/// and not often.
base::Result<std::unique_ptr<History>> open_history(const HistorySettings& settings,
                                                    std::function<void(std::string)> warn);

/// For reading alone, as the command line does while the server writes: what is given to record() is counted
/// as lost. Never makes the file.
base::Result<std::unique_ptr<History>> open_history_for_reading(const std::string& url);

}  // namespace backstop::store
