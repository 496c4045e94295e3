// Where the gateway's events go: a line each in the log, and a row in the history. docs/log.md has the lines.
#pragma once

#include <memory>
#include <string>

#include "app/config.h"
#include "base/error.h"
#include "gateway/shared.h"
#include "store/history.h"

namespace spdlog {
class logger;
}

namespace backstop::app {

using Log = std::shared_ptr<spdlog::logger>;

/// A line each: "2026-11-25T10:00:00.000Z info message", or one JSON object. Thread-safe. No content of
/// messages is ever given to it. An error where the file can't be opened.
base::Result<Log> open_log(const LogSettings& settings);

/// An event as a line of the log, for people: "delivered 00123 client=192.0.2.1 from=<> to=<ann@example.org>
/// ...".
std::string event_line(const store::Event& event);

class EventLog : public gateway::EventSink {
 public:
  EventLog(Log log, LogFormat format);

  /// From here on events are kept in the history, too; of mail that is no response and was delivered only
  /// with `ordinary`. Before the first event.
  void keep(std::unique_ptr<store::History> history, bool ordinary);

  void record(store::Event event) override;
  store::History* history() { return history_.get(); }

 private:
  Log log_;
  LogFormat format_;
  std::unique_ptr<store::History> history_;
  bool ordinary_ = false;
};

}  // namespace backstop::app
