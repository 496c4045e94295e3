// The subcommands. Each has a file command_NAME.cc and a function that adds it, with its options and the
// callback that does the work, to the root; program.cc lists them all.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_classify_command(CLI::App& root, CommandContext& context);
void add_scan_command(CLI::App& root, CommandContext& context);
void add_serve_command(CLI::App& root, CommandContext& context);
/// Asks the running server.
void add_status_command(CLI::App& root, CommandContext& context);
/// Sends test mails through it.
void add_test_command(CLI::App& root, CommandContext& context);
void add_ready_command(CLI::App& root, CommandContext& context);
/// Explains one event of the history.
void add_why_command(CLI::App& root, CommandContext& context);
void add_report_command(CLI::App& root, CommandContext& context);
void add_replay_command(CLI::App& root, CommandContext& context);
void add_history_command(CLI::App& root, CommandContext& context);
void add_ledger_command(CLI::App& root, CommandContext& context);
/// `quarantine` and `held`, which do the same in two places, are in command_kept.cc.
void add_quarantine_command(CLI::App& root, CommandContext& context);
void add_held_command(CLI::App& root, CommandContext& context);
/// Says who may log in to the dashboard.
void add_user_command(CLI::App& root, CommandContext& context);
/// Puts Backstop before the Postfix of this machine.
void add_setup_command(CLI::App& root, CommandContext& context);
/// Is a filter of OpenSMTPD.
void add_opensmtpd_filter_command(CLI::App& root, CommandContext& context);
void add_demo_command(CLI::App& root, CommandContext& context);
void add_tag_command(CLI::App& root, CommandContext& context);
void add_keys_command(CLI::App& root, CommandContext& context);
/// `keys dkim-import`; add_keys_command() adds it.
void add_dkim_import_action(CLI::App& keys, CommandContext& context);
void add_check_config_command(CLI::App& root, CommandContext& context);
/// `man` and `completion`: texts that are written from the same source as the help.
void add_documents_commands(CLI::App& root, CommandContext& context);
/// `help`: the same as --help.
void add_help_command(CLI::App& root, CommandContext& context);

/// Does what `backstop demo` does without options, which is what the program does without a command.
void run_demo(CommandContext& context);

/// Prints what `backstop scan` finds in the sample mailbox, with an introduction.
void scan_sample(CommandContext& context);

}  // namespace backstop::app
