// The subcommand ready: which domains carry proofs, and what is missing.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "base/text.h"
#include "config/load.h"
#include "report/json_line.h"
#include "report/read_ready.h"
#include "report/ready_page.h"
#include "store/history.h"

namespace backstop::app {

namespace {

struct ReadyOptions {
  std::string file;
  bool is_json = false;
};

void run(const ReadyOptions& options, CommandContext& context) {
  const auto loaded = config::load_config(options.file);
  if (!loaded) return report_failure(context, loaded.error());
  if (!loaded->config.history_enabled) {
    return report_error(
        context, kExitData,
        base::printable(options.file) + ": readiness is kept with the history, and [history] is not enabled");
  }
  auto history = store::open_history_for_reading(loaded->config.history.url);
  if (!history) return report_error(context, kExitNoInput, history.error().message);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto domains = report::read_ready(**history, loaded->config.gateway.domains, today);
  if (!domains) return report_error(context, kExitInput, domains.error().message);
  if (options.is_json) {
    for (const auto& one : *domains) context.out << report::json_line(to_json(one));
  } else {
    context.out << report::ready_page(*domains);
  }
}

}  // namespace

void add_ready_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("ready", "Tell which domains carry proofs, and what is missing");
  const auto options = std::make_shared<ReadyOptions>();
  command.add_option("-c,--config", options->file, "The configuration")->type_name("FILE")->required();
  command.add_flag("--json", options->is_json, "Print a JSON object for each domain, one on each line");
  command.footer(
      "A bounce without a proof is refused only if its domain is ready. A domain is ready when Backstop "
      "has seen for two weeks that its mail leaves with proofs, or when the configuration declares it. "
      "docs/policy.md has the rules.\n\n"
      "Example:\n"
      "  backstop ready -c /etc/backstop/backstop.toml\n");
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
