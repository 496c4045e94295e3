#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "base/text.h"
#include "config/documents.h"
#include "config/load.h"
#include "report/declared_ready.h"
#include "report/untagged_count.h"
#include "service/probe.h"
#include "service/service_lines.h"

namespace backstop::app {

namespace {

struct CheckConfigOptions {
  std::string file;
  bool is_example = false;
  bool is_page = false;
  bool is_probing = false;
};

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void check_file(const std::string& file, bool is_probing, CommandContext& context) {
  const auto warn = [&](std::string_view line) {
    context.err << fmt::format("{}: warning: {}\n", base::printable(file), line);
  };
  const auto loaded = config::load_config(file);
  if (!loaded) return report_failure(context, loaded.error());
  for (const auto& line : loaded->warnings) context.err << line << '\n';
  const auto& settings = loaded->config.gateway;
  context.out << fmt::format("{}: good: {}, {}\n", base::printable(file),
                             counted(settings.gateways.size(), "gateway"),
                             counted(settings.domains.size(), "domain"));
  for (const auto& line : service::setting_lines(loaded->config)) context.out << "  " << line << '\n';
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::string history = loaded->config.history_enabled ? loaded->config.history.url : "";
  for (const auto& line :
       report::declared_lines(settings, history, std::chrono::floor<std::chrono::days>(now)))
    warn(line);
  if (const auto line = report::untagged_line(history, now); !line.empty())
    context.out << "  " << line << '\n';
  if (!is_probing) return;
  for (const auto& [is_warning, line] : service::probe(settings))
    is_warning ? warn(line) : void(context.out << "  " << line << '\n');
}

void run(const CheckConfigOptions& options, CommandContext& context) {
  if (options.is_example) {
    context.out << config::example_config();
  } else if (options.is_page) {
    context.out << config::configuration_page();
  } else if (options.file.empty()) {
    report_error(context, kExitUsage, "check-config: give a FILE, or --example");
  } else {
    check_file(options.file, options.is_probing, context);
  }
}

}  // namespace

void add_check_config_command(CLI::App& root, CommandContext& context) {
  auto& command =
      *root.add_subcommand("check-config", "Check a configuration file, and tell every mistake in it");
  command.footer(
      "Example:\n  backstop check-config --example > backstop.toml\n  backstop check-config backstop.toml\n");
  const auto options = std::make_shared<CheckConfigOptions>();
  auto* const file = command.add_option("FILE", options->file, "The configuration file")->type_name("");
  auto* const example = command.add_flag("--example", options->is_example,
                                         "Print a file with every setting, commented, instead");
  auto* const page = command.add_flag("--page", options->is_page, "Print docs/configuration.md")->group("");
  auto* const probe = command.add_flag(
      "--probe", options->is_probing,
      "Also ask DNS who takes mail for each domain, and each next hop whether it answers and takes unknown "
      "recipients");
  probe->needs(file);
  example->excludes(file)->excludes(page);
  page->excludes(file);
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
