#include "app/program.h"

#include <CLI/CLI.hpp>
#include <array>
#include <exception>
#include <string>
#include <string_view>

#include "app/commands.h"
#include "app/help.h"
#include "app/usage_words.h"
#include "base/text.h"

namespace backstop::app {

namespace {

using AddCommand = void (*)(CLI::App& root, CommandContext& context);

// In the order in which --help lists them.
constexpr auto kCommands = std::to_array<AddCommand>(
    {add_classify_command,   add_scan_command,   add_serve_command,   add_status_command,
     add_test_command,       add_ready_command,  add_history_command, add_why_command,
     add_report_command,     add_replay_command, add_ledger_command,  add_quarantine_command,
     add_held_command,       add_user_command,   add_setup_command,   add_opensmtpd_filter_command,
     add_demo_command,       add_tag_command,    add_keys_command,    add_check_config_command,
     add_documents_commands, add_help_command});

constexpr std::string_view kFooter =
    "Without a command it does `backstop demo`. `backstop help COMMAND` says more.\n"
    "\n"
    "Exit status:\n"
    "  0   all was read and all is well\n"
    "  1   the answer is no, or not all that was read was whole\n"
    "  64  the command line is wrong\n"
    "  65  the input is not what it should be\n"
    "  66  the input is not there, or may not be read\n"
    "  69  the gateway can't start\n"
    "  73  a file could not be written\n"
    "  74  reading or writing failed half way\n";

constexpr std::string_view kVersion = "backstop " BACKSTOP_VERSION;

// A message that lists all causes is this long at most.
constexpr std::size_t kMostWords = 1000;

int tell_usage_error(const CLI::App& root, const CLI::ParseError& error, CommandContext& context) {
  context.command = full_name(typed_command(root));
  report_error(context, kExitUsage, base::printable(usage_words(root, error), kMostWords));
  return context.exit_status;
}

/// Notes which command is being parsed, so that what is wrong with it points to its help.
void note_commands(CLI::App& app, CommandContext& context) {
  for (CLI::App* const one : app.get_subcommands([](const CLI::App*) { return true; })) {
    one->preparse_callback([one, &context](std::size_t) { context.command = full_name(*one); });
    note_commands(*one, context);
  }
}

}  // namespace

std::unique_ptr<CLI::App> make_program(CommandContext& context) {
  auto root = std::make_unique<CLI::App>("Ends e-mail backscatter: answers to mail that you never wrote.",
                                         "backstop");
  root->set_version_flag("-V,--version", std::string(kVersion), "Print the version and exit");
  root->set_help_flag("-h,--help", "Print this help and exit");
  root->require_subcommand(0, 1);
  root->formatter(help_formatter());
  for (const AddCommand add : kCommands) add(*root, context);
  // Set after the commands were added, which would inherit it.
  root->footer(std::string(kFooter));
  note_commands(*root, context);
  return root;
}

int run_program(int argc, const char* const* argv, CommandContext& context) {
  // Scripts ask for the version often. Making all commands takes a fifth of the time that this takes.
  if (argc == 2 && (std::string_view(argv[1]) == "--version" || std::string_view(argv[1]) == "-V")) {
    context.out << kVersion << '\n';
    return context.exit_status;
  }
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
