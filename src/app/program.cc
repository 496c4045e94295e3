#include "app/program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/help.h"
#include "base/text.h"
#include "config/nearest_name.h"

namespace backstop::app {

namespace {

using AddCommand = void (*)(CLI::App& root, CommandContext& context);

// In the order in which --help lists them.
constexpr auto kCommands = std::to_array<AddCommand>(
    {add_classify_command, add_scan_command, add_serve_command, add_status_command, add_ready_command,
     add_history_command, add_why_command, add_report_command, add_replay_command, add_ledger_command,
     add_quarantine_command, add_held_command, add_demo_command, add_tag_command, add_keys_command,
     add_check_config_command, add_documents_commands});

constexpr std::string_view kFooter =
    "Without a command it does `backstop demo`. backstop COMMAND --help says more.\n"
    "\n"
    "Exit status:\n"
    "  0   all was read and all is well\n"
    "  1   read, but not all of it was whole\n"
    "  64  the command line is wrong\n"
    "  65  the input is not what it should be\n"
    "  66  the input is not there, or may not be read\n"
    "  69  the gateway can't start\n"
    "  73  a file could not be written\n"
    "  74  reading or writing failed half way\n";

// A message that lists all causes is this long at most.
constexpr std::size_t kMostWords = 1000;

/// Returns the command that was typed, down to "keys new"; the program itself if there is none.
const CLI::App& typed_command(const CLI::App& root) {
  const CLI::App* command = &root;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

/// Returns how a command is typed, as in "backstop keys new".
std::string full_name(const CLI::App& command) {
  std::string name = command.get_name();
  for (const CLI::App* above = command.get_parent(); above != nullptr; above = above->get_parent())
    name.insert(0, above->get_name() + ' ');
  return name;
}

/// Returns what is wrong with the name of a command; empty if something else is wrong.
std::string name_words(const CLI::App& command) {
  const auto commands = visible_commands(command);
  if (commands.empty()) return {};
  std::vector<std::string_view> names;
  names.reserve(commands.size());
  for (const CLI::App* const one : commands) names.push_back(one->get_name());
  const bool is_root = command.get_parent() == nullptr;
  const auto rest = command.remaining();
  if (rest.empty() || rest.front().starts_with('-')) {
    return is_root ? "" : fmt::format("{} takes one of: {}", command.get_name(), fmt::join(names, ", "));
  }
  if (!is_root) {
    return fmt::format("{} has no command \"{}\", it takes one of: {}", command.get_name(), rest.front(),
                       fmt::join(names, ", "));
  }
  const auto near = config::nearest_name(rest.front(), names);
  return fmt::format("there is no command \"{}\"{}", rest.front(),
                     near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

/// Returns what is wrong if an option of the command stands before its name; empty if none does.
std::string place_words(const CLI::App& root, const CLI::App& command) {
  for (const std::string& one : root.remaining(true)) {
    if (!one.starts_with('-') || command.get_option_no_throw(one) == nullptr) continue;
    return fmt::format("{} belongs behind the command: {} {} ...", one, full_name(command), one);
  }
  return {};
}

// Returns CLI11's words, except for the mistakes for which it has none.
std::string usage_words(const CLI::App& root, const CLI::App& command, const CLI::ParseError& error) {
  if (std::string words = name_words(command); !words.empty()) return words;
  if (std::string words = place_words(root, command); !words.empty()) return words;
  std::string words = error.what();
  const auto twice = words.find(": At Most 1 required");
  return twice == std::string::npos ? words : words.substr(0, twice) + " is given more than once";
}

int tell_usage_error(const CLI::App& root, const CLI::ParseError& error, CommandContext& context) {
  const CLI::App& command = typed_command(root);
  const std::string words = base::printable(usage_words(root, command, error), kMostWords);
  report_error(context, kExitUsage,
               fmt::format("{} {} --help", words.ends_with('?') ? words + " See" : words + "; see",
                           full_name(command)));
  return context.exit_status;
}

}  // namespace

std::unique_ptr<CLI::App> make_program(CommandContext& context) {
  auto root = std::make_unique<CLI::App>("Ends e-mail backscatter: answers to mail that you never wrote.",
                                         "backstop");
  root->set_version_flag("--version", std::string("backstop ") + BACKSTOP_VERSION,
                         "Print the version and exit");
  root->set_help_flag("-h,--help", "Print this help and exit");
  root->require_subcommand(0, 1);
  root->formatter(help_formatter());
  for (const AddCommand add : kCommands) add(*root, context);
  // Set after the commands were added, which would inherit it.
  root->footer(std::string(kFooter));
  return root;
}

int run_program(int argc, const char* const* argv, CommandContext& context) {
  try {
    const auto root = make_program(context);
    try {
      root->parse(argc, argv);
      if (root->get_subcommands().empty()) run_demo(context);
    } catch (const CLI::Success& asked) {
      return root->exit(asked, context.out, context.err);
    } catch (const CLI::ParseError& error) {
      return tell_usage_error(*root, error, context);
    }
  } catch (const std::exception& error) {
    report_error(context, kExitInput, base::printable(error.what()));
  }
  return context.exit_status;
}

}  // namespace backstop::app
