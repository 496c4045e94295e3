// The subcommand help: what --help prints.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/usage_words.h"
#include "base/text.h"

namespace backstop::app {

namespace {

void run(const CLI::App& root, const std::vector<std::string>& names, CommandContext& context) {
  const CLI::App* command = &root;
  for (const std::string& name : names) {
    const CLI::App* const inner = find_command(*command, name);
    if (inner == nullptr)
      return report_error(context, kExitUsage, base::printable(no_command(*command, name), 1000));
    command = inner;
  }
  context.out << command->get_formatter()->make_help(command, full_name(*command),
                                                     CLI::AppFormatMode::Normal);
}

}  // namespace

void add_help_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("help", "Print the help of the program, or of a command");
  const auto names = std::make_shared<std::vector<std::string>>();
  command.add_option("COMMAND", *names, "The command, such as: history, or: keys new")->type_name("");
  command.footer("Example:\n  backstop help history\n");
  command.callback([&root, names, &context] { run(root, *names, context); });
}

}  // namespace backstop::app
