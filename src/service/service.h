// The running gateway of a configuration, which `serve` and `demo` start, reload and stop. Used by one
// thread, except for cut().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "filter/milter_server.h"
#include "filter/socketmap_server.h"
#include "gateway/server.h"
#include "http/server.h"
#include "service/event_log.h"
#include "service/map_watch.h"
#include "service/readiness_watch.h"
#include "service/status_server.h"
#include "service/status_source.h"
#include "store/ledger.h"

namespace backstop::service {

class Service {
 public:
  /// Binds every address, then becomes the configured user, then opens the log and the stores. Accepts no
  /// connection yet. Errors are worded for the person who wrote the configuration.
  static base::Result<std::unique_ptr<Service>> open(config::Config config);
  ~Service();

  /// Begins to accept connections, and to answer `backstop status`.
  void start();
  /// Returns "in 127.0.0.1:2525, out 127.0.0.1:2526": the bound addresses, with ports that the system chose.
  std::string addresses() const;
  const std::vector<gateway::Listening>& listening() const { return server_->listening(); }
  /// Returns the configuration as it runs, so with the old settings that a reload can't change.
  const config::Config& config() const { return config_; }

  /// Takes the addresses and the log at once, and settings, keys and certificates for transactions that begin
  /// from now on. A setting that needs a restart stays as it is, and the log says so; see keep_what_runs().
  /// Returns lines for the log that say how the addresses changed. If an address can't be bound or the log
  /// can't be opened, returns an error, and nothing is changed.
  base::Result<std::vector<std::string>> reload(config::Config config);
  /// Notes for `backstop status` that a reload has changed nothing, and why.
  void reload_failed(const std::string& why);
  /// Opens the log's file again, after logrotate has renamed the old one.
  void reopen_log();
  /// Accepts no new sessions, and returns once running transactions have ended or were cut after 60 seconds.
  /// Then writes the history and the ledger, for at most 10 seconds more.
  void stop();
  /// Ends at once what still runs, so that stop() returns. Call it before stop(), or from another thread.
  void cut();

  /// Returns a link to the dashboard that logs in once as an admin, within Logins::kOneTimeLife. Error: there
  /// is no dashboard at an address of this machine.
  base::Result<std::string> dashboard_link();

  os::Log& log() { return events_.log(); }
  /// Returns null if the configuration has no history.
  store::HistoryWriter* history() { return events_.history(); }
  /// Returns null if the configuration has no ledger.
  store::LedgerWriter* ledger() { return ledger_.get(); }

 private:
  explicit Service(config::Config config);
  base::Result<void> open_milter();
  base::Result<void> open_socketmap();
  base::Result<void> open_http();
  http::Sources http_sources();
  base::Result<void> open_files();
  base::Result<void> open_history();
  base::Result<void> open_ledger();
  std::function<void(std::string)> warner();
  Tell teller();
  base::Result<void> open_kept(const store::QuarantineSettings& settings);
  void warn_of_lost_keys(store::Quarantine& quarantine, store::KeptPlace place);
  base::Result<gateway::Server::Rebinding> rebind(const gateway::Settings& settings);
  void warn_of_few_files();
  void make_status_source();
  void open_status();
  std::shared_ptr<const Running> running() const;
  void tell_status(bool is_stopping, const std::string& reload_failure = {});

  config::Config config_;  ///< as it runs
  EventLog events_;
  std::unique_ptr<store::LedgerWriter> ledger_;   ///< null without one; uses the log, and the server uses it
  std::unique_ptr<filter::MilterServer> milter_;  ///< null without [milter]; its sessions are the server's
  std::unique_ptr<filter::SocketmapServer> socketmap_;  ///< null without [socketmap]; the same
  std::unique_ptr<http::Server> http_;                  ///< null without [http]; the same
  std::unique_ptr<gateway::Server> server_;
  std::unique_ptr<ReadinessWatch> readiness_;    ///< null without a history; uses the log and the server
  std::unique_ptr<MapWatch> maps_;               ///< uses the log
  std::unique_ptr<StatusSource> status_source_;  ///< uses the server, the history and the ledger
  std::unique_ptr<StatusServer> status_server_;  ///< uses the source; null if its socket can't be bound
  std::uint64_t file_limit_ = 0;
};

}  // namespace backstop::service
