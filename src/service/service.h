// The running gateway of a configuration: started, reloaded and stopped. `serve` and `demo` use it.
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
  /// Binds every address, becomes the configured user, opens the log and the history. Accepts no connection
  /// yet. Errors are written for the person who wrote the configuration.
  static base::Result<std::unique_ptr<Service>> open(config::Config config);
  ~Service();

  void start();
  /// "in 127.0.0.1:2525, out 127.0.0.1:2526": with the ports that the system chose.
  std::string addresses() const;
  const std::vector<gateway::Listening>& listening() const { return server_->listening(); }

  /// Takes settings, keys and certificates for transactions that begin from now on, the addresses, and the
  /// log. A setting that needs a restart stays as it is, and the log says so. Returns what was done about
  /// addresses, in lines for the log; or an error if an address can't be bound or the log can't be opened,
  /// and then nothing is changed.
  base::Result<std::vector<std::string>> reload(config::Config config);
  /// Opens the log's file again, after logrotate has renamed the old one.
  void reopen_log();
  /// Stops once running transactions have ended; writes the history.
  void stop();
  /// Ends what still runs at once, and with it stop(). Called from another thread, or before stop().
  void cut();

  os::Log& log() { return events_.log(); }
  store::HistoryWriter* history() { return events_.history(); }

 private:
  explicit Service(config::Config config);
  base::Result<void> open_files();
  base::Result<gateway::Server::Rebinding> rebind(const gateway::Settings& settings);
  void warn_of_few_files();

  config::Config config_;
  config::Config started_;  ///< as it was at the start, for settings that need a restart
  EventLog events_;
  std::unique_ptr<gateway::Server> server_;
  std::uint64_t file_limit_ = 0;
};

}  // namespace backstop::service
