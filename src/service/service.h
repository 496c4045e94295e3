// The running gateway: what a configuration comes to, started, reloaded and stopped. `serve` and `demo` are
// made of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "gateway/server.h"
#include "service/event_log.h"

namespace backstop::service {

class Service {
 public:
  /// Binds every address, drops privileges where the configuration says so, opens the log and the history.
  /// Nothing is accepted yet. Errors are said for the person who wrote the configuration.
  static base::Result<std::unique_ptr<Service>> open(config::Config config);
  ~Service();

  void start();
  /// "in 127.0.0.1:2525, out 127.0.0.1:2526": with the ports that the system chose.
  std::string addresses() const;
  const std::vector<gateway::Listening>& listening() const { return server_->listening(); }

  /// Settings, keys and certificates, for transactions that begin from now on; the addresses, and the log.
  /// What takes a restart stays as it is, and the log is told so. Returns what has become of the addresses,
  /// in lines for the log. An error where an address can't be had, or the log can't be opened: then nothing
  /// is changed.
  base::Result<std::vector<std::string>> reload(config::Config config);
  /// The log's file anew, where another has been put away under its name.
  void reopen_log();
  /// Transactions that run may end; the history is written.
  void stop();
  /// What still runs ends now, and with it stop(). From another thread, or before it.
  void cut();

  os::Log& log() { return events_.log(); }
  store::HistoryWriter* history() { return events_.history(); }

 private:
  explicit Service(config::Config config);
  base::Result<void> open_files();
  base::Result<gateway::Server::Rebinding> rebind(const gateway::Settings& settings);
  void warn_of_few_files();

  config::Config config_;
  config::Config started_;  ///< as it was at the start, for what takes a restart
  EventLog events_;
  std::unique_ptr<gateway::Server> server_;
  std::uint64_t file_limit_ = 0;
};

}  // namespace backstop::service
