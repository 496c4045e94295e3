#include <fmt/format.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>

#include "app/commands.h"
#include "base/text.h"
#include "config/load.h"
#include "net/passed_sockets.h"
#include "os/process.h"
#include "service/service.h"
#include "service/service_lines.h"

namespace backstop::app {

namespace {

void tell(os::LogLevel level, const std::vector<std::string>& lines, os::Log& log) {
  for (const auto& line : lines) log.tell(level, line);
}

/// Reloads; returns the first mistake if the file has one, and then nothing has changed.
base::Result<void> take(const std::string& file, service::Service& service) {
  auto loaded = config::load_config(file);
  if (!loaded) {
    const auto& lines = loaded.error().lines;
    for (const auto& line : lines) service.log().tell(os::LogLevel::Error, "not reloaded: " + line);
    service.reload_failed(lines.front());
    return std::unexpected(base::Error{lines.front()});
  }
  const auto changes = service.reload(std::move(loaded->config));
  if (!changes) {
    service.log().tell(os::LogLevel::Error, "not reloaded: " + changes.error().message);
    service.reload_failed(changes.error().message);
    return std::unexpected(changes.error());
  }
  tell(os::LogLevel::Warning, loaded->warnings, service.log());
  service.log().tell(os::LogLevel::Info, "reloaded: " + base::printable(file));
  tell(os::LogLevel::Info, *changes, service.log());
  tell(os::LogLevel::Info, service::setting_lines(service.config()), service.log());
  return {};
}

/// CLOCK_MONOTONIC, which later versions of systemd want.
auto monotonic_microseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

void reload(const std::string& file, service::Service& service) {
  os::notify_supervisor(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
  // Even if the reload fails: logrotate may have renamed the old file.
  service.reopen_log();
  const auto done = take(file, service);
  os::notify_supervisor("READY=1\nSTATUS=" +
                        (done ? service.addresses() : "Not reloaded: " + done.error().message));
}

/// If the log is a list of JSON objects on standard error, nothing else is written there.
void tell_ready(const os::LogSettings& settings, service::Service& service, CommandContext& context) {
  const std::string line = "ready: " + service.addresses();
  service.log().tell(os::LogLevel::Info, line);
  if (settings.format == os::LogFormat::Json && settings.file.empty()) return;
  // The log's thread may write there, too.
  service.log().flush(std::chrono::seconds(1));
  context.err << fmt::format("backstop: {}\n", line) << std::flush;
}

/// Waits for running transactions; a second request to stop ends them.
void stop(service::Service& service) {
  service.log().tell(os::LogLevel::Info, "stopping: no new sessions, transactions may end");
  std::jthread impatience([&service] {
    while (os::wait_for_signal() == os::Asked::Reload) {
    }
    service.cut();
  });
  service.stop();
  ::pthread_kill(impatience.native_handle(), SIGTERM);
}

void serve(const std::string& file, CommandContext& context) {
  // Before the first thread starts, so that all inherit it. main() has done so already if it saw the command.
  os::block_signals();
  os::keep_memory_private();
  auto loaded = config::load_config(file);
  if (!loaded) return report_failure(context, loaded.error());
  const auto lines = service::setting_lines(loaded->config);
  const os::LogSettings log = loaded->config.log;
  net::PassedSockets::of_process().adopt(os::take_passed_descriptors());
  auto service = service::Service::open(std::move(loaded->config));
  if (!service) return report_error(context, kExitUnavailable, service.error().message);
  (*service)->log().tell(os::LogLevel::Info,
                         fmt::format("backstop {}: {}", BACKSTOP_VERSION, base::printable(file)));
  tell(os::LogLevel::Warning, loaded->warnings, (*service)->log());
  tell(os::LogLevel::Info, lines, (*service)->log());
  for (const auto& address : net::PassedSockets::of_process().close_rest()) {
    (*service)->log().tell(
        os::LogLevel::Warning,
        fmt::format("the supervisor passed a socket that no \"listen\" names, so it was closed: {}",
                    address));
  }
  (*service)->start();
  tell_ready(log, **service, context);
  os::notify_supervisor("READY=1\nSTATUS=" + (*service)->addresses());
  while (os::wait_for_signal() == os::Asked::Reload) reload(file, **service);
  os::notify_supervisor("STOPPING=1");
  stop(**service);
  (*service)->log().tell(os::LogLevel::Info, "stopped");
}

}  // namespace

void add_serve_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("serve", "Run the gateway that a configuration file describes");
  const auto file = std::make_shared<std::string>();
  command.add_option("-c,--config", *file, "The configuration (docs/configuration.md)")
      ->type_name("FILE")
      ->required();
  command.footer(
      "On SIGTERM it takes no new sessions, and ends when the running transactions have ended; on a second "
      "SIGTERM it ends at once. On SIGHUP it reads FILE, the keys and the certificates again, and opens the "
      "log anew.\n\n"
      "Example:\n  backstop serve -c /etc/backstop/backstop.toml\n");
  command.callback([file, &context] { serve(*file, context); });
}

}  // namespace backstop::app
