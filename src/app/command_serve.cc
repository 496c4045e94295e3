#include "app/command_serve.h"

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

#include "app/config.h"
#include "app/process.h"
#include "app/service.h"
#include "app/service_lines.h"
#include "base/text.h"

namespace backstop::app {

namespace {

void tell(LogLevel level, const std::vector<std::string>& lines, Log& log) {
  for (const auto& line : lines) log.tell(level, line);
}

void refuse(const ConfigFailure& failure, CommandContext& context) {
  if (failure.exit_status == kExitNoInput) {
    return report_error(context, failure.exit_status, failure.lines.front());
  }
  for (const auto& line : failure.lines) context.err << line << '\n';
  context.exit_status = failure.exit_status;
}

/// The first mistake, where the file has one; with it nothing has changed.
base::Result<void> take(const std::string& file, Service& service) {
  auto loaded = load_config(file);
  if (!loaded) {
    const auto& lines = loaded.error().lines;
    for (const auto& line : lines) service.log().tell(LogLevel::Error, "not reloaded: " + line);
    return std::unexpected(base::Error{lines.front()});
  }
  const auto lines = setting_lines(loaded->config);
  const auto changes = service.reload(std::move(loaded->config));
  if (!changes) {
    service.log().tell(LogLevel::Error, "not reloaded: " + changes.error().message);
    return std::unexpected(changes.error());
  }
  tell(LogLevel::Warning, loaded->warnings, service.log());
  service.log().tell(LogLevel::Info, "reloaded: " + base::printable(file));
  tell(LogLevel::Info, *changes, service.log());
  tell(LogLevel::Info, lines, service.log());
  return {};
}

/// CLOCK_MONOTONIC, which later versions of systemd want to be told.
auto monotonic_microseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

void reload(const std::string& file, Service& service) {
  notify_supervisor(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
  // In any case: the old file may have been put away.
  service.reopen_log();
  const auto done = take(file, service);
  notify_supervisor("READY=1\nSTATUS=" +
                    (done ? service.addresses() : "Not reloaded: " + done.error().message));
}

/// Where the log is a list of JSON objects on standard error, nothing else is written there.
void tell_ready(const LogSettings& settings, Service& service, CommandContext& context) {
  const std::string line = "ready: " + service.addresses();
  service.log().tell(LogLevel::Info, line);
  if (settings.format == LogFormat::Json && settings.file.empty()) return;
  // The log's thread writes there, too.
  service.log().flush(std::chrono::seconds(1));
  context.err << fmt::format("backstop: {}\n", line) << std::flush;
}

/// A second request to stop doesn't wait for transactions.
void stop(Service& service) {
  service.log().tell(LogLevel::Info, "stopping: no new sessions, transactions may end");
  std::jthread impatience([&service] {
    while (wait_for_signal() == Asked::Reload) {
    }
    service.cut();
  });
  service.stop();
  ::pthread_kill(impatience.native_handle(), SIGTERM);
}

void serve(const std::string& file, CommandContext& context) {
  // Before any thread is there, so that all of them inherit it; main() has done so already if it could tell.
  block_signals();
  keep_memory_private();
  auto loaded = load_config(file);
  if (!loaded) return refuse(loaded.error(), context);
  const auto lines = setting_lines(loaded->config);
  const LogSettings log = loaded->config.log;
  auto service = Service::open(std::move(loaded->config));
  if (!service) return report_error(context, kExitUnavailable, service.error().message);
  (*service)->log().tell(LogLevel::Info,
                         fmt::format("backstop {}: {}", BACKSTOP_VERSION, base::printable(file)));
  tell(LogLevel::Warning, loaded->warnings, (*service)->log());
  tell(LogLevel::Info, lines, (*service)->log());
  (*service)->start();
  tell_ready(log, **service, context);
  notify_supervisor("READY=1\nSTATUS=" + (*service)->addresses());
  while (wait_for_signal() == Asked::Reload) reload(file, **service);
  notify_supervisor("STOPPING=1");
  stop(**service);
  (*service)->log().tell(LogLevel::Info, "stopped");
}

}  // namespace

void add_serve_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("serve", "Run the gateway that a configuration file describes");
  const auto file = std::make_shared<std::string>();
  command.add_option("-c,--config", *file, "The configuration (docs/configuration.md)")
      ->type_name("FILE")
      ->required();
  command.footer(
      "SIGTERM ends it once running transactions have ended, a second one at once. SIGHUP reads FILE,\n"
      "the keys and the certificates again, and opens the log anew.");
  command.callback([file, &context] { serve(*file, context); });
}

}  // namespace backstop::app
