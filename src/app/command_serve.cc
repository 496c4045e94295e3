#include "app/command_serve.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "app/config.h"
#include "app/process.h"
#include "app/service.h"

namespace backstop::app {

namespace {

void tell(const std::vector<std::string>& lines, CommandContext& context) {
  for (const auto& line : lines) context.err << line << '\n';
}

// A file with a mistake changes nothing: what runs goes on as it was.
void reload(const std::string& file, Service& service) {
  notify_supervisor("RELOADING=1");
  auto loaded = load_config(file);
  if (!loaded) {
    for (const auto& line : loaded.error().lines) service.log().error("not reloaded: {}", line);
  } else {
    for (const auto& line : loaded->warnings) service.log().warn("{}", line);
    if (const auto done = service.reload(std::move(loaded->config)); !done) {
      service.log().error("not reloaded: {}", done.error().message);
    } else {
      service.log().info("reloaded {}", file);
    }
  }
  notify_supervisor("READY=1");
}

void serve(const std::string& file, CommandContext& context) {
  // Before any thread is there, so that all of them inherit it.
  block_signals();
  auto loaded = load_config(file);
  if (!loaded) {
    tell(loaded.error().lines, context);
    context.exit_status = loaded.error().exit_status;
    return;
  }
  tell(loaded->warnings, context);
  auto service = Service::open(std::move(loaded->config));
  if (!service) return report_error(context, kExitUnavailable, service.error().message);
  (*service)->start();
  context.err << fmt::format("backstop: ready: {}\n", (*service)->addresses()) << std::flush;
  notify_supervisor("READY=1");
  while (wait_for_signal() == Asked::Reload) reload(file, **service);
  notify_supervisor("STOPPING=1");
  (*service)->stop();
  context.err << "backstop: stopped\n";
}

}  // namespace

void add_serve_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("serve", "Run the gateway that a configuration file describes");
  const auto file = std::make_shared<std::string>();
  command.add_option("-c,--config", *file, "The configuration (docs/configuration.md)")
      ->type_name("FILE")
      ->required();
  command.footer(
      "SIGTERM ends it once running transactions have ended, SIGHUP reads FILE, the keys and\n"
      "the certificates again.");
  command.callback([file, &context] { serve(*file, context); });
}

}  // namespace backstop::app
