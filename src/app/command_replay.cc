// The subcommand replay: what another configuration would have done with the responses of the history.
#include <CLI/CLI.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "app/history_options.h"
#include "config/load.h"
#include "report/json_line.h"
#include "report/replay.h"
#include "store/history.h"

namespace backstop::app {

namespace {

struct ReplayOptions {
  std::string new_file;
  std::string file;
  std::string since;
  bool is_json = false;
};

/// -c alone names the configuration to try, as it does for other commands.
const std::string& file_to_try(const ReplayOptions& options) {
  return options.new_file.empty() ? options.file : options.new_file;
}

void run(const ReplayOptions& options, CommandContext& context) {
  const std::string& new_file = file_to_try(options);
  if (new_file.empty())
    return report_error(context, kExitUsage, "replay: say which configuration to try: --config NEW");
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto since = moment_since(options.since, now, context);
  if (!since) return;
  const auto loaded = config::load_config(new_file);
  if (!loaded) return report_failure(context, loaded.error());
  const std::string& place = options.file.empty() ? new_file : options.file;
  const auto url = history_url({.config = place, .database = {}}, "replay", context);
  if (!url) return;
  const auto history = open_history_at(*url, context);
  if (!history) return;
  report::Replay replay(loaded->config.gateway);
  store::HistoryFilter filter{.since = *since, .is_response = true};
  filter.most = std::numeric_limits<std::size_t>::max();
  const auto done = history->visit(filter, [&](const store::Event& event) { replay.add(event); });
  if (!done) return report_error(context, kExitInput, done.error().message);
  if (options.is_json) {
    context.out << report::json_line(report::replay_json(replay));
  } else {
    context.out << report::replay_page(replay, new_file);
  }
}

}  // namespace

void add_replay_command(CLI::App& root, CommandContext& context) {
  auto& command =
      *root.add_subcommand("replay", "Tell what another configuration would have done with past responses");
  const auto options = std::make_shared<ReplayOptions>();
  command.add_option("--config", options->new_file, "The configuration to try")
      ->type_name("NEW")
      ->check(not_empty());
  command
      .add_option("-c", options->file,
                  "The configuration whose history is read. Without it, that of NEW is read. Without "
                  "--config, this one is also the one to try")
      ->type_name("FILE")
      ->check(not_empty());
  add_since(command, options->since);
  command.add_flag("--json", options->is_json, "Print one JSON object");
  command.footer(
      "It asks the new file's policy (stages, kinds, exempt, ready) about the facts that were recorded. "
      "What was found out about the origin stays as it was. The command changes nothing.\n\n"
      "Example:\n  backstop replay --config new.toml -c /etc/backstop/backstop.toml --since 14d\n");
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
