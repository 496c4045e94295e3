#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "app/commands.h"
#include "demo/show.h"

namespace backstop::app {

namespace {

constexpr std::string_view kFooter =
    "It starts a gateway in each direction on loopback, sends mail through both over SMTP, and counts what "
    "got in and what was refused. After that it stays up until Ctrl-C if standard output is a terminal, "
    "and ends otherwise. The folder stays: its configuration is one for backstop serve.\n\n"
    "Exit status:\n"
    "  0   what was counted agrees\n"
    "  1   it does not agree, or the demo was interrupted\n"
    "  64  the command line is wrong\n"
    "  65  the sample mails are not what they should be\n"
    "  66  the sample mails are not there, or may not be read\n"
    "  69  the gateway can't start\n"
    "  73  the folder can't be made, or is not empty\n"
    "  74  reading failed half way\n";

struct DemoOptions {
  demo::DemoSettings settings;
  bool is_mailbox = false;
  bool once = false;
  bool stay = false;
};

int exit_status_of(demo::DemoOutcome outcome) {
  using enum demo::DemoOutcome;
  switch (outcome) {
    case Agreed:
      return 0;
    case Partly:
      return kExitPartly;
    case BadInput:
      return kExitData;
    case NoInput:
      return kExitNoInput;
    case NotStarted:
      return kExitUnavailable;
    case NoFolder:
      return kExitCantCreate;
    case NotRead:
      return kExitInput;
  }
  return kExitInput;
}

void show(demo::DemoSettings settings, CommandContext& context) {
  settings.program = context.program;
  context.exit_status = exit_status_of(demo::show_demo(settings, {context.out, context.err}));
}

void run(DemoOptions& options, CommandContext& context) {
  if (options.is_mailbox) return scan_sample(context);
  if (options.once) options.settings.ending = demo::DemoEnding::Once;
  if (options.stay) options.settings.ending = demo::DemoEnding::Stay;
  show(std::move(options.settings), context);
}

}  // namespace

void run_demo(CommandContext& context) {
  show({}, context);
}

void add_demo_command(CLI::App& root, CommandContext& context) {
  CLI::App& command = *root.add_subcommand("demo", "See the gateway at work on a flood of forged bounces");
  const auto options = std::make_shared<DemoOptions>();
  auto* const folder = command
                           .add_option("--folder", options->settings.folder,
                                       "The folder for its files; it must be new or empty")
                           ->type_name("DIR");
  auto* const once = command.add_flag("--once", options->once, "End after the table, even on a terminal");
  auto* const stay =
      command.add_flag("--stay", options->stay, "Stay up until Ctrl-C, even without a terminal");
  auto* const fast =
      command.add_flag("--fast", options->settings.is_fast, "Take no pauses for people to read");
  once->excludes(stay);
  command
      .add_flag("--mailbox", options->is_mailbox, "Scan the sample mailbox instead, as backstop scan does")
      ->excludes(folder)
      ->excludes(once)
      ->excludes(stay)
      ->excludes(fast);
  command.footer(std::string(kFooter));
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
