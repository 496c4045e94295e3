#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "config/documents.h"
#include "config/load.h"
#include "report/declared_ready.h"
#include "report/untagged_count.h"
#include "service/hop_names.h"
#include "service/probe.h"
#include "service/service_lines.h"

namespace backstop::app {

namespace {

struct CheckConfigOptions {
  std::string file;
  std::string config;  ///< the same, as -c
  bool is_effective = false;
  bool is_offline = false;
  bool is_example = false;
  bool is_page = false;
  bool is_probing = false;
};

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

class Check {
 public:
  Check(const CheckConfigOptions& options, const std::string& file, CommandContext& context)
      : options_(options), shown_(base::printable(file)), context_(context) {}

  void run(const config::LoadedConfig& loaded) {
    const auto& settings = loaded.config.gateway;
    for (const auto& line : loaded.warnings) context_.err << line << '\n';
    context_.out << fmt::format("{}: good: {}, {}\n", shown_, counted(settings.gateways.size(), "gateway"),
                                counted(settings.domains.size(), "domain"));
    for (const auto& line : service::setting_lines(loaded.config)) tell(line);
    for (const auto& line : service::domain_lines(settings.domains)) tell(line);
    look_into_history(loaded.config);
    // A probe connects to the next hops, and says which of them aren't found.
    if (!options_.is_offline && !options_.is_probing) {
      for (const auto& line : service::unknown_hops(settings)) warn(line);
    }
    if (!options_.is_probing) return;
    for (const auto& [is_warning, line] : service::probe(settings)) is_warning ? warn(line) : tell(line);
  }

 private:
  void tell(std::string_view line) { context_.out << "  " << line << '\n'; }
  void warn(std::string_view line) { context_.err << fmt::format("{}: warning: {}\n", shown_, line); }

  void look_into_history(const config::Config& config) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::string history = config.history_enabled ? config.history.url : "";
    for (const auto& line :
         report::declared_lines(config.gateway, history, std::chrono::floor<std::chrono::days>(now)))
      warn(line);
    if (const auto line = report::untagged_line(history, now); !line.empty()) tell(line);
  }

  const CheckConfigOptions& options_;
  const std::string shown_;  ///< the name of the file
  CommandContext& context_;
};

void print_effective(const std::string& file, CommandContext& context) {
  const auto text = config::effective_config(file);
  if (!text) return report_failure(context, text.error());
  context.out << *text;
}

void check_file(const CheckConfigOptions& options, const std::string& file, CommandContext& context) {
  if (options.is_effective) return print_effective(file, context);
  const auto loaded = config::load_config(file);
  if (!loaded) return report_failure(context, loaded.error());
  Check(options, file, context).run(*loaded);
}

void run(const CheckConfigOptions& options, CommandContext& context) {
  const std::string& file = options.file.empty() ? options.config : options.file;
  if (options.is_example) {
    context.out << config::example_config();
  } else if (options.is_page) {
    context.out << config::configuration_page();
  } else if (file.empty()) {
    report_error(context, kExitUsage, "check-config: give a FILE, or --example");
  } else {
    check_file(options, file, context);
  }
}

}  // namespace

void add_check_config_command(CLI::App& root, CommandContext& context) {
  auto& command =
      *root.add_subcommand("check-config", "Check a configuration file, and tell every mistake in it");
  command.footer(
      "It names each mistake with its line and column. For a good file it prints a summary, and looks up "
      "the names of the next hops, many at the same time and for three seconds at most. A name that isn't "
      "found is a warning.\n\n"
      "Examples:\n"
      "  backstop check-config --example > backstop.toml\n"
      "  backstop check-config backstop.toml\n"
      "  backstop check-config --effective -c /etc/backstop/backstop.toml\n");
  const auto options = std::make_shared<CheckConfigOptions>();
  auto* const file = command.add_option("FILE", options->file, "The configuration file")->type_name("");
  auto* const config =
      command.add_option("-c,--config", options->config, "The configuration file, as other commands take it");
  config->type_name("FILE")->check(not_empty())->excludes(file);
  auto* const example = command.add_flag("--example", options->is_example,
                                         "Print an example with every setting instead of checking a file");
  auto* const page = command.add_flag("--page", options->is_page, "Print docs/configuration.md")->group("");
  auto* const effective = command.add_flag("--effective", options->is_effective,
                                           "Print only what differs from the defaults, as a configuration");
  auto* const offline =
      command.add_flag("--offline", options->is_offline, "Do not look up names in the network");
  auto* const probe = command.add_flag(
      "--probe", options->is_probing,
      "Also ask DNS who takes mail for each domain, and each next hop whether it answers and takes unknown "
      "recipients");
  for (auto* const printed : {example, page}) {
    for (auto* const other : {file, config, effective, offline, probe}) printed->excludes(other);
  }
  example->excludes(page);
  effective->excludes(offline)->excludes(probe);
  offline->excludes(probe);
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
