// The bounded buffer of a history and the thread that empties it, whatever database stands behind.
//
//   record() --> waiting_ --> batch_ --> EventSink::write()
//
// Sessions touch waiting_ under a lock that nobody holds for longer than it takes to link a list. A batch
// that could not be written stays and is tried again; meanwhile the buffer fills, and past its end events are
// counted as lost.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "store/alarm.h"
#include "store/history.h"

namespace backstop::store {

/// Where batches go. Used by one thread at a time.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// All or nothing. May wait, but not for much more than a second.
  virtual base::Result<void> write(const std::list<Event>& batch) = 0;
  /// One small step of what retention demands; true: more is to be done.
  virtual base::Result<bool> tidy() = 0;
};

class EventWriter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMostBatch = 1000;  ///< events of one commit
  static constexpr std::chrono::milliseconds kRetry{500};
  static constexpr std::chrono::milliseconds kLastRetry{50};  ///< while it is being destroyed
  static constexpr std::chrono::seconds kLastWait{2};
  static constexpr std::chrono::minutes kTidyPause{1};
  static constexpr std::chrono::hours kTidyFailurePause{1};  ///< between two lines that say it

  EventWriter(std::unique_ptr<EventSink> sink, std::size_t buffer, std::chrono::milliseconds batch,
              std::function<void(std::string)> warn);
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;
  ~EventWriter();

  // As History has them.
  void record(Event event);
  bool flush(std::chrono::milliseconds limit);
  HistoryCounters counters() const;

 private:
  void run();
  bool is_finished() const;
  void wait_for_events();
  void wait_to_retry();
  void next_batch();
  bool write_batch();
  void tidy();
  void give_up();
  bool is_asked_to_hurry() const { return is_stopping_ || finished_ < flush_target_; }
  void say(const std::optional<std::string>& line) const;

  const std::unique_ptr<EventSink> sink_;
  const std::size_t buffer_;
  const std::chrono::milliseconds gather_;
  const std::function<void(std::string)> warn_;

  mutable std::mutex mutex_;
  std::condition_variable work_;      ///< the writer waits for it
  std::condition_variable progress_;  ///< flush() waits for it
  std::list<Event> waiting_;
  std::size_t unfinished_ = 0;  ///< recorded, and neither written nor given up
  HistoryCounters counters_;
  std::uint64_t finished_ = 0;      ///< written or given up
  std::uint64_t flush_target_ = 0;  ///< how many have to be finished for all flushes to return
  bool is_retry_asked_ = false;
  bool is_stopping_ = false;

  // The thread's own.
  std::list<Event> taken_;
  std::list<Event> batch_;
  Alarm write_alarm_;
  std::optional<Clock::time_point> tidy_failure_said_;
  Clock::time_point next_tidy_ = Clock::now();
  std::thread thread_;  ///< last, so that all it uses is there before it starts
};

}  // namespace backstop::store
