#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/ledger_import.h"
#include "app/mail_options.h"
#include "app/proof_options.h"
#include "base/day.h"
#include "base/text.h"
#include "config/load.h"
#include "mail/address.h"
#include "origin/owner.h"
#include "os/process.h"
#include "report/fact_table.h"
#include "report/json_line.h"
#include "report/local_time.h"
#include "report/progress_bar.h"
#include "store/url.h"

namespace backstop::app {

namespace {

constexpr std::chrono::minutes kFlushTime{10};

constexpr std::string_view kFooter =
    "Examples:\n"
    "  backstop ledger import -c backstop.toml --postfix-log /var/log/mail.log*\n"
    "  backstop ledger import --ledger var/ledger.db --ids sent.txt\n"
    "  backstop ledger stats -c backstop.toml\n"
    "\n"
    "All of it works while `backstop serve` runs. docs/ledger.md says what the ledger holds.\n";

struct LedgerOptions {
  std::string config;
  std::string ledger;
  std::vector<std::string> own_domains;
  std::vector<std::string> postfix_logs;
  std::vector<std::string> exim_logs;
  std::vector<std::string> id_lists;
  std::string address;
  bool is_json = false;
};

/// The ledger, and what must be known to spell its rows.
struct Place {
  store::LedgerSettings settings;
  intake::Site site;
  /// The owner of the files, so that the service can write to those that root makes.
  std::optional<os::User> user;
};

std::string path_of(const Place& place) {
  return store::path_of(place.settings.url);
}

/// Returns nullopt after it said what is wrong.
std::optional<Place> place_in_config(const std::string& file, CommandContext& context) {
  auto config = config::read_config_file(file);
  if (!config) {
    report_failure(context, config.error());
    return std::nullopt;
  }
  if (config->ledger.url.empty()) {
    report_error(context, kExitData,
                 base::printable(file) +
                     ": there is no ledger: [ledger] has no url, such as \"sqlite:var/ledger.db\"");
    return std::nullopt;
  }
  Place place{.settings = config->ledger, .site = config->gateway, .user = {}};
  if (!config->server.user.empty()) place.user = os::find_user(config->server.user);
  return place;
}

std::optional<Place> place_of(const LedgerOptions& options, CommandContext& context) {
  std::optional<Place> place;
  if (!options.config.empty()) {
    place = place_in_config(options.config, context);
    if (!place) return place;
  } else if (options.ledger.empty()) {
    report_error(context, kExitUsage, "ledger: say where the ledger is: -c FILE, or --ledger PATH");
    return place;
  } else {
    place.emplace();
    place->settings.url = store::sqlite_url(options.ledger);
    for (const auto& domain : options.own_domains) place->site.domains.push_back({.name = domain});
  }
  place->settings.use = store::LedgerUse::Import;
  if (!place->user) place->user = os::owner_of_file(path_of(*place));
  return place;
}

std::string local_text(const std::optional<store::LedgerTime>& time) {
  return time ? report::local_text(*time) : std::string();
}

boost::json::value time_json(const std::optional<store::LedgerTime>& time) {
  return time ? boost::json::value(base::format_time(*time)) : boost::json::value();
}

std::string stats_json(const Place& place, const store::LedgerStats& stats) {
  return report::json_line(boost::json::object{{"ledger", base::well_formed(place.settings.url)},
                                               {"entries", stats.rows},
                                               {"unsealed", stats.open_rows},
                                               {"tables", stats.tables},
                                               {"filter_bytes", stats.filter_bytes},
                                               {"disk_bytes", stats.disk_bytes},
                                               {"born", time_json(stats.born)},
                                               {"covered_since", time_json(stats.covered_since)}});
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr double kMegabyte = 1e6;
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / kMegabyte);
}

std::string stats_page(const Place& place, const store::LedgerStats& stats) {
  report::FactTable table;
  table.add("Ledger", place.settings.url);
  table.add("Entries", fmt::format("{}, of which {} are not sealed yet", stats.rows, stats.open_rows));
  table.add("Tables", fmt::format("{}, with filters of {}", stats.tables, bytes_text(stats.filter_bytes)));
  table.add("On disk", bytes_text(stats.disk_bytes));
  table.add("Born", local_text(stats.born));
  table.add("Has all since", local_text(stats.covered_since));
  return table.text();
}

base::Result<store::LedgerStats> read_stats(const Place& place) {
  const os::FilesAs files(place.user);
  const auto ledger = store::open_ledger_for_reading(place.settings);
  if (!ledger) return std::unexpected(ledger.error());
  return (*ledger)->stats();
}

void run_stats(const LedgerOptions& options, CommandContext& context) {
  const auto place = place_of(options, context);
  if (!place) return;
  const auto stats = read_stats(*place);
  if (!stats) return report_error(context, kExitNoInput, stats.error().message);
  context.out << (options.is_json ? stats_json(*place, *stats) : stats_page(*place, *stats));
}

/// The names under which rows are one's own: as owner, and as addressee, which keeps its sub-address.
std::vector<std::string> names_of(const mail::Address& address, const Place& place) {
  std::vector<std::string> names = {origin::owner_of(address, place.site.tags.delimiter).text()};
  if (auto folded = address.folded(); folded != names.front()) names.push_back(std::move(folded));
  return names;
}

base::Result<void> forget(const std::vector<std::string>& names, const Place& place) {
  const os::FilesAs files(place.user);
  const auto ledger = store::open_ledger(place.settings, {});
  if (!ledger) return std::unexpected(ledger.error());
  for (const auto& name : names) {
    if (auto done = (*ledger)->forget(name); !done) return done;
  }
  return {};
}

void run_forget(const LedgerOptions& options, CommandContext& context) {
  const auto place = place_of(options, context);
  if (!place) return;
  const auto path = mail::parse_path(options.address);
  if (!path || path->is_null()) {
    return report_error(
        context, kExitUsage,
        fmt::format("\"{}\" is no address; write it as ann@example.org", base::printable(options.address)));
  }
  // A ledger that isn't there must not be made for this.
  if (const auto stats = read_stats(*place); !stats)
    return report_error(context, kExitNoInput, stats.error().message);
  const auto names = names_of(*path->address, *place);
  if (const auto done = forget(names, *place); !done)
    return report_error(context, kExitInput, done.error().message);
  context.out << report::wrap(fmt::format(
      "Forgot what {} sent, to whom, and what arrived from there. What others sent to this address stays "
      "until it expires: it is kept under their names, and can't be found by this one. A program that "
      "serves the ledger follows within a minute, and records anew what is sent from now on.",
      base::printable(names.front())));
}

struct Source {
  mailbox::LogForm form;
  const std::vector<std::string>& paths;
};

std::uint64_t bytes_of(const std::vector<Source>& sources) {
  std::uint64_t total = 0;
  for (const auto& source : sources) {
    for (const auto& path : source.paths) total += mailbox::count_bytes(path);
  }
  return total;
}

void add(const mailbox::LogCounts& more, mailbox::LogCounts& sum) {
  for (const auto member :
       {&mailbox::LogCounts::lines, &mailbox::LogCounts::cut_lines, &mailbox::LogCounts::foreign_lines,
        &mailbox::LogCounts::mails, &mailbox::LogCounts::recipients, &mailbox::LogCounts::without_id,
        &mailbox::LogCounts::null_senders, &mailbox::LogCounts::without_sender,
        &mailbox::LogCounts::never_tried, &mailbox::LogCounts::evicted, &mailbox::LogCounts::bad_addresses})
    sum.*member += more.*member;
}

std::unique_ptr<store::LedgerWriter> open_for_import(const Place& place, CommandContext& context) {
  const os::FilesAs files(place.user);
  auto ledger = store::open_ledger(place.settings, [&err = context.err](const std::string& line) {
    err << fmt::format("backstop: {}\n", line) << std::flush;
  });
  if (ledger) return std::move(*ledger);
  report_error(context, kExitCantCreate, ledger.error().message);
  return nullptr;
}

void import(const std::vector<Source>& sources, const Place& place, CommandContext& context) {
  const auto ledger = open_for_import(place, context);
  if (ledger == nullptr) return;
  const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
  report::ProgressBar progress(context.err, is_terminal, is_terminal ? bytes_of(sources) : 0);
  const auto now = store::ledger_clock();
  LedgerImport into(
      *ledger, place.settings, place.site, now,
      [&](const mailbox::SourceProblem& problem) {
        progress.clear();
        report_error(context, exit_status_of(problem), problem.message);
      },
      [&](std::uint64_t bytes, bool is_mail) {
        if (is_mail) progress.count_mail(report::ProgressBar::Clock::now());
        if (bytes > 0) progress.advance(bytes, report::ProgressBar::Clock::now());
      });
  mailbox::LogCounts read;
  for (const auto& source : sources) {
    if (!source.paths.empty())
      add(mailbox::read_mail_logs(source.paths, {.form = source.form, .now = now, .latest = {}, .limits = {}},
                                  into),
          read);
  }
  progress.clear();
  const bool is_written = ledger->flush(kFlushTime);
  context.out << import_page(read, into.counts());
  if (const auto lost = ledger->counters().lost; !is_written || lost > 0) {
    report_error(context, kExitCantCreate,
                 fmt::format("the ledger did not take all of it, {} entries are lost; import it again once "
                             "its disk has room and nothing else holds {}",
                             lost, base::printable(path_of(place))));
  }
}

void run_import(const LedgerOptions& options, CommandContext& context) {
  const std::vector<Source> sources = {{mailbox::LogForm::Postfix, options.postfix_logs},
                                       {mailbox::LogForm::Exim, options.exim_logs},
                                       {mailbox::LogForm::Ids, options.id_lists}};
  if (std::ranges::all_of(sources, [](const Source& one) { return one.paths.empty(); })) {
    return report_error(
        context, kExitUsage,
        "ledger import: say what to read: --postfix-log FILE..., --exim-log FILE... or --ids FILE...");
  }
  const auto place = place_of(options, context);
  if (!place) return;
  const bool reads_logs = !options.postfix_logs.empty() || !options.exim_logs.empty();
  if (reads_logs && place->site.domains.empty()) {
    return report_error(context, kExitUsage,
                        "ledger import: a log doesn't tell which domains are ours: say it with --own-domain "
                        "DOMAIN, or name the configuration with -c FILE");
  }
  import(sources, *place, context);
}

CLI::App& add_action(CLI::App& ledger, const std::shared_ptr<LedgerOptions>& options, CommandContext& context,
                     const char* name, const char* description,
                     void (*run)(const LedgerOptions&, CommandContext&)) {
  auto& action = *ledger.add_subcommand(name, description);
  auto* const config = action.add_option("-c,--config", options->config,
                                         "The gateway's configuration, which says where the ledger is");
  config->type_name("FILE");
  action.add_option("--ledger", options->ledger, "The ledger itself: a path, or sqlite:PATH")
      ->type_name("PATH")
      ->excludes(config);
  action.callback([options, run, &context] { run(*options, context); });
  return action;
}

void add_import_action(CLI::App& ledger, const std::shared_ptr<LedgerOptions>& options,
                       CommandContext& context) {
  auto& action =
      add_action(ledger, options, context, "import",
                 "Record from logs and lists what left before, so that its bounces are known", run_import);
  const auto add_files = [&](const char* name, std::vector<std::string>& files, const char* description) {
    action.add_option(name, files, description)->type_name("FILE");
  };
  add_files("--postfix-log", options->postfix_logs,
            "Logs of Postfix, in any order, plain or gzipped; - is standard input");
  add_files("--exim-log", options->exim_logs, "Main logs of Exim, the same way");
  add_files("--ids", options->id_lists,
            "Lists with a Message-ID on each line, and after it the address that sent it, if that is known");
  action
      .add_option(
          "--own-domain", options->own_domains,
          "With --ledger: a domain of ours, or \"*.example.org\". Mail of other domains is not recorded")
      ->type_name("DOMAIN")
      ->check(domain_name())
      ->excludes(action.get_option("--config"));
  action.footer(std::string(kFooter));
}

}  // namespace

void add_ledger_command(CLI::App& root, CommandContext& context) {
  auto& ledger = *root.add_subcommand("ledger", "Look after the ledger of what left and to whom");
  ledger.require_subcommand(1);
  const auto options = std::make_shared<LedgerOptions>();
  auto& stats = add_action(ledger, options, context, "stats",
                           "Tell how much the ledger holds, and since when it has all that left", run_stats);
  stats.add_flag("--json", options->is_json, "One JSON object (docs/ledger.md)");
  auto& forget = add_action(ledger, options, context, "forget",
                            "Delete all that the ledger has about one sender", run_forget);
  forget.add_option("ADDRESS", options->address, "The address of the sender")->type_name("")->required();
  add_import_action(ledger, options, context);
  ledger.footer(std::string(kFooter));
}

}  // namespace backstop::app
