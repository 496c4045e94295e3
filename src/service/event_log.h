// Takes the gateway's events. Each becomes a line of the log and, unless keep_ordinary() says no, a
// row of the history. docs/log.md has the lines. record() and notice() are thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "http/server.h"
#include "intake/journal.h"
#include "os/log.h"
#include "store/history.h"

namespace backstop::service {

/// Returns the line of an event, without its time: "delivered 00123 gateway=in client=192.0.2.1 from=<> ...".
/// A value that could look like another part of the line is put in quotes, since clients choose values.
std::string event_line(const store::Event& event);

class EventLog : public intake::Journal {
 public:
  /// Call open_log(), and open_history() if there is one, before the first event. Without a history events
  /// are only logged.
  void open_log(std::unique_ptr<os::Log> log) { log_ = std::move(log); }
  void open_history(std::unique_ptr<store::HistoryWriter> history) { history_ = std::move(history); }

  /// Sets whether delivered mail that is no response is kept in the history, too. Any thread.
  void keep_ordinary(bool ordinary) { ordinary_ = ordinary; }

  /// Shows it each event that is recorded from now on. Call it before the first one; `http` must outlive the
  /// last one.
  void watch(http::Server& http) { http_ = &http; }

  void record(store::Event event) override;
  void count(store::DaySums sums) override;
  void notice(os::LogLevel level, std::string_view line) override;

  os::Log& log() { return *log_; }
  /// Returns null if there is no history.
  store::HistoryWriter* history() { return history_.get(); }

 private:
  std::unique_ptr<os::Log> log_;
  std::unique_ptr<store::HistoryWriter> history_;  ///< destroyed first: it writes a last line to log_
  std::atomic<bool> ordinary_ = false;
  http::Server* http_ = nullptr;  ///< null: there is none
};

}  // namespace backstop::service
