#include "store/event_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace backstop::store {

EventWriter::EventWriter(std::unique_ptr<EventSink> sink, std::size_t buffer, std::chrono::milliseconds batch,
                         std::function<void(std::string)> warn)
    : sink_(std::move(sink)), buffer_(buffer), gather_(batch), warn_(std::move(warn)), thread_([this] {
        run();
      }) {}

EventWriter::~EventWriter() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void EventWriter::record(Event event) {
  std::list<Event> one;  // its memory is taken, and given back where the event is lost, outside of the lock
  one.push_back(std::move(event));
  bool is_worth_a_call = false;
  {
    const std::lock_guard lock(mutex_);
    if (unfinished_ >= buffer_) {
      ++counters_.lost;
      return;
    }
    waiting_.splice(waiting_.end(), one);
    ++unfinished_;
    ++counters_.recorded;
    is_worth_a_call = waiting_.size() == 1 || waiting_.size() == kMostBatch;
  }
  if (is_worth_a_call) work_.notify_one();
}

bool EventWriter::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = counters_.recorded;
  flush_target_ = std::max(flush_target_, target);
  is_retry_asked_ = true;
  work_.notify_one();
  return progress_.wait_for(lock, limit, [&] { return finished_ >= target; });
}

HistoryCounters EventWriter::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void EventWriter::run() {
  std::optional<Clock::time_point> last_try;  // set while the writer is stopping and can't write
  while (true) {
    if (batch_.empty()) wait_for_events();
    next_batch();
    if (batch_.empty() && is_finished()) return say(write_alarm_.closed(counters().lost));
    if (!batch_.empty() && !write_batch()) {
      if (const std::lock_guard lock(mutex_); is_stopping_ && !last_try) last_try = Clock::now() + kLastWait;
      if (last_try && Clock::now() >= *last_try) return give_up();
      // Deleting old events may be what makes room.
      if (!last_try && Clock::now() >= next_tidy_) tidy();
      wait_to_retry();
      continue;
    }
    if (!last_try) tidy();
  }
}

bool EventWriter::is_finished() const {
  const std::lock_guard lock(mutex_);
  return is_stopping_ && waiting_.empty();
}

void EventWriter::wait_for_events() {
  std::unique_lock lock(mutex_);
  if (!taken_.empty()) return;
  const auto has_work = [&] { return !waiting_.empty() || is_stopping_; };
  if (!work_.wait_until(lock, next_tidy_, has_work)) return;
  work_.wait_for(lock, gather_, [&] { return waiting_.size() >= kMostBatch || is_asked_to_hurry(); });
}

void EventWriter::wait_to_retry() {
  std::unique_lock lock(mutex_);
  const bool was_stopping = is_stopping_;
  // While it is stopping nobody is left to ask: the pause is only made shorter.
  work_.wait_for(lock, was_stopping ? kLastRetry : kRetry,
                 [&] { return is_retry_asked_ || is_stopping_ != was_stopping; });
  is_retry_asked_ = false;
}

void EventWriter::next_batch() {
  if (!batch_.empty()) return;
  if (taken_.empty()) {
    const std::lock_guard lock(mutex_);
    taken_.swap(waiting_);
  }
  const auto end =
      taken_.size() <= kMostBatch ? taken_.end() : std::next(taken_.begin(), std::ptrdiff_t{kMostBatch});
  batch_.splice(batch_.end(), taken_, taken_.begin(), end);
}

bool EventWriter::write_batch() {
  const auto done = sink_->write(batch_);
  if (!done) {
    say(write_alarm_.failed(done.error().message, Clock::now()));
    return false;
  }
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    counters_.written += batch_.size();
    finished_ += batch_.size();
    unfinished_ -= batch_.size();
    lost = counters_.lost;
  }
  progress_.notify_all();
  batch_.clear();
  say(write_alarm_.worked(lost, Clock::now()));
  return true;
}

void EventWriter::tidy() {
  const auto more = sink_->tidy();
  const auto now = Clock::now();
  // While writing fails that is what is said, and this would fail for the same reason.
  const bool is_writing = batch_.empty();
  if (!more && is_writing && (!tidy_failure_said_ || now - *tidy_failure_said_ >= kTidyFailurePause)) {
    tidy_failure_said_ = now;
    say("old events can't be deleted: " + more.error().message);
  }
  next_tidy_ = now + (more && *more ? Clock::duration::zero() : kTidyPause);
}

void EventWriter::give_up() {
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    lost = counters_.lost += unfinished_;
    finished_ += unfinished_;
    unfinished_ = 0;
  }
  progress_.notify_all();
  say(write_alarm_.ended(lost));
}

void EventWriter::say(const std::optional<std::string>& line) const {
  if (line && warn_) warn_(*line);
}

}  // namespace backstop::store
