#include "app/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "app/help.h"
#include "base/text.h"

namespace backstop::app {

namespace {

using AddCommand = void (*)(CLI::App& root, CommandContext& context);

// In the order in which --help lists them.
constexpr auto kCommands = std::to_array<AddCommand>(
    {add_classify_command, add_scan_command, add_serve_command, add_history_command, add_demo_command,
     add_tag_command, add_keys_command, add_check_config_command, add_documents_commands});

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

// Returns CLI11's words, except for two mistakes for which it has none.
std::string usage_words(const CLI::App& root, const CLI::ParseError& error) {
  const auto rest = root.remaining();
  if (root.get_subcommands().empty() && !rest.empty() && !rest.front().starts_with('-')) {
    return "there is no command \"" + rest.front() + '"';
  }
  std::string words = error.what();
  const auto twice = words.find(": At Most 1 required");
  return twice == std::string::npos ? words : words.substr(0, twice) + " is given more than once";
}

int tell_usage_error(const CLI::App& root, const CLI::ParseError& error, CommandContext& context) {
  report_error(context, kExitUsage, base::printable(usage_words(root, error)) + "; see backstop --help");
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
