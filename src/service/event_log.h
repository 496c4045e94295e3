// Takes the gateway's events: a line each in the log, and a row in the history. docs/log.md has the lines.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "gateway/journal.h"
#include "os/log.h"
#include "store/history.h"

namespace backstop::service {

/// An event for people, without its time: "delivered 00123 gateway=in client=192.0.2.1 from=<> ...". What
/// came from outside can't look like another part of the line: a value that could is put in quotes.
std::string event_line(const store::Event& event);

class EventLog : public gateway::Journal {
 public:
  /// Both before the first event. Without a history events are only logged.
  void open_log(std::unique_ptr<os::Log> log) { log_ = std::move(log); }
  void open_history(std::unique_ptr<store::HistoryWriter> history) { history_ = std::move(history); }

  /// Whether mail that is no response and was delivered is kept in the history, too. Any thread.
  void keep_ordinary(bool ordinary) { ordinary_ = ordinary; }

  void record(store::Event event) override;
  void notice(os::LogLevel level, std::string_view line) override;

  os::Log& log() { return *log_; }
  store::HistoryWriter* history() { return history_.get(); }

 private:
  std::unique_ptr<os::Log> log_;
  std::unique_ptr<store::HistoryWriter> history_;  ///< ends first: it has its last words for the log
  std::atomic<bool> ordinary_ = false;
};

}  // namespace backstop::service
