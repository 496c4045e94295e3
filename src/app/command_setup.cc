// The subcommand setup: puts Backstop before the Postfix of this machine, and takes it out again.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "net/endpoint.h"
#include "setup/apply.h"
#include "setup/domain_items.h"
#include "setup/other_servers.h"
#include "setup/page.h"
#include "setup/plan.h"
#include "setup/system_machine.h"
#include "setup/undo.h"

namespace backstop::app {

namespace {

constexpr std::string_view kFooter =
    "Without --apply or --undo it changes nothing: it says what it found and what it would do. What a lookup "
    "table of a "
    "database knows can't be listed, so its domains are given with --domain.\n\n"
    "--apply makes a key, the configuration and a folder for two sockets, starts the service, speaks to it, "
    "and only "
    "then adds one element to each list of milters in main.cf. After that Postfix checks its configuration, "
    "reads it "
    "again, and gets two test mails; if one of these fails, main.cf becomes what it was. If --apply is "
    "interrupted, run "
    "it again, or --undo.\n\n"
    "Examples:\n"
    "  backstop setup\n"
    "  backstop setup --apply --domain example.org\n"
    "  backstop setup --undo\n";

struct SetupOptions {
  setup::SetupSettings settings;
  std::string resolver;
  std::string state;
  std::string server;
  bool applies = false;
  bool undoes = false;
  bool agrees = false;
};

/// Asks a person; nothing but yes is yes.
bool is_agreed(const SetupOptions& options, CommandContext& context) {
  if (options.agrees) return true;
  context.out << "\nDo this? [y/N] " << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  const auto word = base::trim(answer);
  if (base::iequals(word, "y") || base::iequals(word, "yes")) return true;
  context.out << "Nothing was changed.\n";
  context.exit_status = std::max(context.exit_status, kExitPartly);
  return false;
}

bool is_root(CommandContext& context) {
  if (::geteuid() == 0) return true;
  report_error(context, kExitUnavailable, "only root can change Postfix; run this as root");
  return false;
}

auto teller(CommandContext& context) {
  return [&context](std::string_view line) { context.out << "  " << line << '\n' << std::flush; };
}

/// Says what to add to a mail server that is no Postfix. Returns false if none is found.
bool print_other_server(const std::string& name, setup::Machine& machine, CommandContext& context) {
  for (const auto& server : setup::other_servers()) {
    const bool is_file = server.program.starts_with('/');
    const bool is_meant = name.empty()
                              ? (is_file ? machine.is_there(std::string(server.program))
                                         : machine.is_there(fmt::format("/usr/sbin/{}", server.program)))
                              : name == server.name;
    if (!is_meant) continue;
    context.out << server.lines;
    return true;
  }
  return false;
}

/// Returns true if --apply was done before and nothing is left to do.
bool is_done(setup::Machine& machine, const setup::SetupSettings& settings, const setup::Plan& plan) {
  const auto journal = setup::JournalFile(machine, settings.state_folder).load();
  return journal && *journal && (*journal)->phase == setup::Journal::Phase::Applied &&
         !plan.changes_main_cf() && plan.has_config;
}

void apply(const SetupOptions& options, setup::Machine& machine, const setup::Plan& plan,
           CommandContext& context) {
  if (!is_root(context)) return;
  if (is_done(machine, options.settings, plan)) {
    context.out << "All was done before; there is nothing to do.\n";
    return;
  }
  if (!is_agreed(options, context)) return;
  const auto done = setup::Apply(machine, options.settings, plan, teller(context)).run();
  if (!done) return report_error(context, kExitUnavailable, done.error().message);
  context.out << '\n' << setup::next_steps(plan, options.settings, context.program);
}

void undo(const SetupOptions& options, setup::Machine& machine, CommandContext& context) {
  if (!is_root(context)) return;
  setup::Undo undo(machine, options.settings.state_folder, teller(context));
  if (const auto opened = undo.open(); !opened)
    return report_error(context, kExitNoInput, opened.error().message);
  context.out << undo.page();
  if (!is_agreed(options, context)) return;
  if (const auto done = undo.run(); !done)
    return report_error(context, kExitUnavailable, done.error().message);
  context.out << "It is undone. What Backstop has recorded stays where its configuration put it.\n";
}

/// Brings what was given into the form in which it is used. Returns what is wrong, or an empty text.
std::string settle(SetupOptions& options) {
  auto& settings = options.settings;
  // What "backstop" names in the PATH may be another one.
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) settings.program = program.string();
  settings.state_folder = options.state.empty() ? settings.data_folder + "/setup" : options.state;
  for (auto& domain : settings.domains) {
    const std::string key = setup::domain_of_key(domain.starts_with("*.") ? domain.substr(1) : domain);
    if (key.empty())
      return fmt::format("--domain: \"{}\" is no domain that gets mail", base::printable(domain));
    domain = key;
  }
  if (!settings.config_file.starts_with('/')) return "--config: its path must begin with \"/\"";
  if (!options.resolver.empty()) {
    if (const auto endpoint = net::parse_endpoint(options.resolver); !endpoint)
      return "--resolver: " + endpoint.error().message;
  }
  return "";
}

void run(SetupOptions& options, CommandContext& context) {
  if (const auto wrong = settle(options); !wrong.empty()) return report_error(context, kExitUsage, wrong);
  setup::SystemMachine machine(options.resolver);
  if (!options.server.empty()) {
    if (!print_other_server(options.server, machine, context))
      report_error(context, kExitUsage, "--for: it must be exim, opensmtpd or sendmail");
    return;
  }
  if (options.undoes) return undo(options, machine, context);
  const auto plan = setup::make_plan(machine, options.settings);
  if (!plan) {
    if (options.settings.postfix.config_folder.empty() && print_other_server("", machine, context)) return;
    return report_error(context, kExitNoInput, plan.error().message);
  }
  context.out << setup::plan_page(*plan, options.settings);
  if (!plan->obstacles.empty()) {
    context.exit_status = std::max(context.exit_status, kExitPartly);
  } else if (options.applies) {
    apply(options, machine, *plan, context);
  } else if (plan->changes_main_cf()) {
    context.out << fmt::format("\nNothing was changed. To do this: {} setup --apply\n", context.program);
  }
}

void add_places(CLI::App& command, SetupOptions& options) {
  auto& settings = options.settings;
  command
      .add_option("-c,--config", settings.config_file, "The configuration of Backstop; keys are beside it")
      ->type_name("FILE")
      ->check(not_empty())
      ->capture_default_str();
  command
      .add_option("--postfix-config", settings.postfix.config_folder,
                  "The folder of main.cf, as for postconf -c")
      ->type_name("DIR")
      ->check(not_empty());
  command.add_option("--data", settings.data_folder, "The folder of the history and the ledger")
      ->type_name("DIR")
      ->check(not_empty())
      ->capture_default_str();
  command
      .add_option("--state", options.state,
                  "The folder in which it notes what it did; setup in --data without it")
      ->type_name("DIR")
      ->check(not_empty());
  command.add_option("--opendkim-config", settings.signers.opendkim, "The configuration of OpenDKIM")
      ->type_name("FILE")
      ->capture_default_str();
  command.add_option("--rspamd-config", settings.signers.rspamd, "The folder of rspamd's configuration")
      ->type_name("DIR")
      ->capture_default_str();
}

}  // namespace

void add_setup_command(CLI::App& root, CommandContext& context) {
  CLI::App& command =
      *root.add_subcommand("setup", "Put Backstop before the Postfix of this machine, or show how");
  const auto options = std::make_shared<SetupOptions>();
  auto& settings = options->settings;
  auto* const apply = command.add_flag("--apply", options->applies, "Show what will be done, ask, and do it");
  auto* const undo =
      command.add_flag("--undo", options->undoes, "Show what --apply did, ask, and take it back");
  apply->excludes(undo);
  command.add_flag("--yes", options->agrees, "Don't ask");
  command
      .add_option("--domain", settings.domains,
                  "A domain of yours that is in no list of Postfix; may be repeated")
      ->type_name("DOMAIN")
      ->check(not_empty());
  command.add_option("--user", settings.user, "The user that the service runs as")
      ->type_name("USER")
      ->check(not_empty())
      ->capture_default_str();
  command
      .add_option("--start", settings.start,
                  "A line for the shell that starts the service and returns, in place of systemctl")
      ->type_name("LINE");
  command.add_option("--stop", settings.stop, "The line that stops it, for --undo")->type_name("LINE");
  command.add_option("--test-to", settings.test_to, "Who gets the test mails; without it a postmaster")
      ->type_name("ADDRESS")
      ->check(an_address());
  command
      .add_option("--resolver", options->resolver,
                  "The DNS server to ask for DKIM keys, in place of those of /etc/resolv.conf")
      ->type_name("ADDRESS:PORT");
  command
      .add_option("--for", options->server,
                  "Only print what to add to another mail server: exim, opensmtpd or sendmail")
      ->type_name("SERVER")
      ->excludes(apply)
      ->excludes(undo);
  add_places(command, *options);
  command.footer(std::string(kFooter));
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
