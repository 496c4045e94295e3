// The running gateway: what a configuration comes to, started, reloaded and stopped. `serve` and `demo` are
// made of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/event_log.h"
#include "gateway/server.h"

namespace backstop::app {

class Service {
 public:
  /// Opens the log, binds every address, drops privileges where the configuration says so, opens the history.
  /// Nothing is accepted yet. Errors are said for the person who wrote the configuration.
  static base::Result<std::unique_ptr<Service>> open(Config config);
  ~Service();

  void start();
  /// "in 127.0.0.1:2525, out 127.0.0.1:2526": with the ports that the system chose.
  std::string addresses() const;
  const std::vector<gateway::Server::Listening>& listening() const { return server_->listening(); }

  /// Settings, keys and certificates, for transactions that begin from now on. What is bound or opened at the
  /// start stays as it is: an error names the setting that takes a restart, and nothing is changed then.
  base::Result<void> reload(Config config);
  /// Transactions that run may end; the history is written.
  void stop();

  spdlog::logger& log() { return *log_; }
  store::History* history() { return events_->history(); }

 private:
  explicit Service(Config config);

  Config config_;
  Log log_;
  std::unique_ptr<EventLog> events_;
  std::unique_ptr<gateway::Server> server_;
};

}  // namespace backstop::app
