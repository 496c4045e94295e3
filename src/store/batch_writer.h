// A bounded buffer and the thread that empties it, whatever database is below.
//
//   record() --> waiting_ --> batch_ --> BatchSink::write()
//
// Sessions touch waiting_ under a lock that is held only as long as it takes to link a list. A batch that
// could not be written stays and is tried again. Meanwhile the buffer fills. When it is full, new items are
// dropped and counted as lost.
//
// What the sink gathers by itself (BatchSink::aside()) is written, tried again and counted like items, but
// wakes nobody: it waits for the next batch or for the next look for old items.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "store/alarm.h"
#include "store/batch.h"

namespace backstop::store {

/// What all BatchWriters have in common.
struct BatchLimits {
  static constexpr std::size_t kMostBatch = 1000;             ///< items of one commit
  static constexpr std::chrono::milliseconds kRetry{500};     ///< between two tries to write a batch
  static constexpr std::chrono::milliseconds kLastRetry{50};  ///< the same during destruction
  static constexpr std::chrono::seconds kLastWait{2};         ///< then it gives up
  static constexpr std::chrono::minutes kTidyPause{1};        ///< between two looks for upkeep to do
  static constexpr std::chrono::seconds kAsidePause{5};  ///< what is gathered aside waits at most this long
  static constexpr std::chrono::hours kTidyFailurePause{1};  ///< between two lines that report its failure
};

/// Thread-safe. The destructor writes what waits; if that fails, it tries again for kLastWait.
template <typename Item>
class BatchWriter : public BatchLimits {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts the writer's thread. On it `warn` gets one line when writing fails, when it works again, and when
  /// items were lost.
  BatchWriter(std::unique_ptr<BatchSink<Item>> sink, const BatchSettings& settings,
              std::function<void(std::string)> warn)
      : sink_(std::move(sink)),
        settings_(settings),
        warn_(std::move(warn)),
        write_alarm_(settings.words),
        thread_([this] { run(); }) {}
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;
  ~BatchWriter();

  /// Takes an item and returns true, or drops it if the buffer is full. Never waits for the database.
  bool record(Item item);
  /// Returns true once all that was recorded before is committed or given up, or false after `limit`.
  bool flush(std::chrono::milliseconds limit);
  BatchCounters counters() const;

 private:
  void run();
  bool is_finished() const;
  void wait_for_items();
  void wait_to_retry();
  void next_batch();
  bool write_batch();
  void tidy();
  void give_up();
  bool is_asked_to_hurry() const {
    return is_stopping_ || finished_ < flush_target_ || sink_->aside().written < aside_target_;
  }
  std::uint64_t waiting_aside() const;
  std::uint64_t lost() const { return counters_.lost + sink_->aside().lost; }  ///< with mutex_ held
  void say(const std::optional<std::string>& line) const;

  const std::unique_ptr<BatchSink<Item>> sink_;
  const BatchSettings settings_;
  const std::function<void(std::string)> warn_;

  mutable std::mutex mutex_;
  std::condition_variable work_;      ///< the writer waits for it
  std::condition_variable progress_;  ///< flush() waits for it
  std::list<Item> waiting_;
  std::size_t unfinished_ = 0;  ///< recorded, and neither written nor given up
  BatchCounters counters_;
  std::uint64_t finished_ = 0;      ///< written or given up
  std::uint64_t flush_target_ = 0;  ///< how many must be finished for all flushes to return
  std::uint64_t aside_target_ = 0;  ///< the same for what the sink gathers by itself
  bool is_retry_asked_ = false;
  bool is_stopping_ = false;

  // The thread's own.
  std::list<Item> taken_;
  std::list<Item> batch_;
  bool is_failing_ = false;  ///< the last try to write failed
  Alarm write_alarm_;
  std::optional<Clock::time_point> tidy_failure_said_;
  Clock::time_point next_tidy_ = Clock::now();
  std::thread thread_;  ///< last, so that all it uses exists before it starts
};

template <typename Item>
BatchWriter<Item>::~BatchWriter() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

template <typename Item>
bool BatchWriter<Item>::record(Item item) {
  std::list<Item> one;  // its memory is taken, and given back if the item is lost, outside of the lock
  one.push_back(std::move(item));
  bool is_worth_a_call = false;
  {
    const std::lock_guard lock(mutex_);
    if (unfinished_ >= settings_.buffer) {
      ++counters_.lost;
      return false;
    }
    waiting_.splice(waiting_.end(), one);
    ++unfinished_;
    ++counters_.recorded;
    is_worth_a_call = waiting_.size() == 1 || waiting_.size() == kMostBatch;
  }
  if (is_worth_a_call) work_.notify_one();
  return true;
}

template <typename Item>
bool BatchWriter<Item>::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = counters_.recorded;
  const std::uint64_t aside = sink_->aside().recorded;
  flush_target_ = std::max(flush_target_, target);
  aside_target_ = std::max(aside_target_, aside);
  is_retry_asked_ = true;
  work_.notify_one();
  return progress_.wait_for(lock, limit,
                            [&] { return finished_ >= target && sink_->aside().written >= aside; });
}

template <typename Item>
BatchCounters BatchWriter<Item>::counters() const {
  const std::lock_guard lock(mutex_);
  BatchCounters counters = counters_;
  counters.lost = lost();
  return counters;
}

template <typename Item>
std::uint64_t BatchWriter<Item>::waiting_aside() const {
  const BatchCounters aside = sink_->aside();
  return aside.recorded - aside.written;
}

template <typename Item>
void BatchWriter<Item>::run() {
  std::optional<Clock::time_point> last_try;  // set while the writer is stopping and can't write
  while (true) {
    if (batch_.empty() && !is_failing_) wait_for_items();
    next_batch();
    const bool is_last = is_finished();  // asked first: nothing is added after it
    const bool has_work = !batch_.empty() || waiting_aside() > 0;
    if (is_last && !has_work) {
      sink_->close(true);
      return say(write_alarm_.closed(counters().lost));
    }
    is_failing_ = has_work && !write_batch();
    if (is_failing_) {
      if (const std::lock_guard lock(mutex_); is_stopping_ && !last_try) last_try = Clock::now() + kLastWait;
      if (last_try && Clock::now() >= *last_try) return give_up();
      // Deleting old items may be what makes room.
      if (!last_try && Clock::now() >= next_tidy_) tidy();
      wait_to_retry();
      continue;
    }
    if (!last_try) tidy();
  }
}

template <typename Item>
bool BatchWriter<Item>::is_finished() const {
  const std::lock_guard lock(mutex_);
  return is_stopping_ && waiting_.empty();
}

template <typename Item>
void BatchWriter<Item>::wait_for_items() {
  std::unique_lock lock(mutex_);
  if (!taken_.empty()) return;
  const auto has_work = [&] { return !waiting_.empty() || is_asked_to_hurry(); };
  if (!work_.wait_until(lock, std::min(next_tidy_, Clock::now() + kAsidePause), has_work)) return;
  work_.wait_for(lock, settings_.gather,
                 [&] { return waiting_.size() >= kMostBatch || is_asked_to_hurry(); });
}

template <typename Item>
void BatchWriter<Item>::wait_to_retry() {
  std::unique_lock lock(mutex_);
  const bool was_stopping = is_stopping_;
  // While the writer is stopping, nobody is left who could ask: only the pause is shorter.
  work_.wait_for(lock, was_stopping ? kLastRetry : kRetry,
                 [&] { return is_retry_asked_ || is_stopping_ != was_stopping; });
  is_retry_asked_ = false;
}

template <typename Item>
void BatchWriter<Item>::next_batch() {
  if (!batch_.empty()) return;
  if (taken_.empty()) {
    const std::lock_guard lock(mutex_);
    taken_.swap(waiting_);
  }
  const auto end =
      taken_.size() <= kMostBatch ? taken_.end() : std::next(taken_.begin(), std::ptrdiff_t{kMostBatch});
  batch_.splice(batch_.end(), taken_, taken_.begin(), end);
}

template <typename Item>
bool BatchWriter<Item>::write_batch() {
  const auto done = sink_->write(batch_);
  if (!done) {
    {
      const std::lock_guard lock(mutex_);
      counters_.trouble = done.error().message;
    }
    say(write_alarm_.failed(done.error().message, Clock::now()));
    return false;
  }
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    counters_.trouble.clear();
    counters_.written += batch_.size();
    finished_ += batch_.size();
    unfinished_ -= batch_.size();
    lost = this->lost();
  }
  progress_.notify_all();
  batch_.clear();
  say(write_alarm_.worked(lost, Clock::now()));
  return true;
}

template <typename Item>
void BatchWriter<Item>::tidy() {
  const auto more = sink_->tidy();
  const auto now = Clock::now();
  // Not reported while writes fail: the cause is the same, and is reported already.
  if (!more && !is_failing_ && (!tidy_failure_said_ || now - *tidy_failure_said_ >= kTidyFailurePause)) {
    tidy_failure_said_ = now;
    say(std::string(settings_.words.upkeep_failed) + ": " + more.error().message);
  }
  next_tidy_ = now + (more && *more ? Clock::duration::zero() : kTidyPause);
}

template <typename Item>
void BatchWriter<Item>::give_up() {
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    counters_.lost += unfinished_ + waiting_aside();
    lost = this->lost();
    finished_ += unfinished_;
    unfinished_ = 0;
  }
  progress_.notify_all();
  sink_->close(false);
  say(write_alarm_.ended(lost));
}

template <typename Item>
void BatchWriter<Item>::say(const std::optional<std::string>& line) const {
  if (line && warn_) warn_(*line);
}

}  // namespace backstop::store
