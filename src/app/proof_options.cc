#include "app/proof_options.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "app/history_options.h"
#include "app/tag_options.h"
#include "base/text.h"
#include "config/dkim_folder.h"
#include "config/key_file.h"
#include "config/load.h"
#include "mail/address_syntax.h"
#include "mail/date.h"
#include "os/process.h"
#include "policy/readiness.h"
#include "report/local_time.h"
#include "store/history.h"
#include "store/url.h"

namespace backstop::app {

namespace {

using std::chrono::days;
using Settings = report::ExaminerSettings;

/// What was wrong, and the exit status that it comes to.
struct Mistake {
  int exit_status;
  std::string message;
};
using Done = std::expected<void, Mistake>;

std::unexpected<Mistake> mistake(int exit_status, std::string message) {
  return std::unexpected(Mistake{exit_status, std::move(message)});
}

Done read_time(const std::string& at, Settings& settings) {
  settings.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (at.empty()) return {};
  settings.is_now_given = true;
  const auto moment = report::parse_moment(at, settings.now);
  const auto date = moment ? std::nullopt : mail::parse_date(at);
  if (!moment && !date) {
    return mistake(kExitUsage, fmt::format("--at: {}, or as in mail: \"Mon, 23 Nov 2026 10:00:00 +0000\"",
                                           moment.error().message));
  }
  settings.now = moment ? std::chrono::floor<std::chrono::seconds>(*moment) : *date;
  return {};
}

Done read_keys(const std::optional<std::string>& file, intake::Site& site) {
  if (!file) return {};
  auto keys = config::read_key_file(*file);
  if (!keys) return mistake(kExitNoInput, keys.error().message);
  site.keys = std::move(*keys);
  site.watermark_keys = origin::WatermarkKeys(site.keys);
  site.has_tags = true;
  return {};
}

Done read_dkim_keys(const std::string& folder, intake::Site& site) {
  if (folder.empty()) return {};
  auto keys = config::read_dkim_folder(folder);
  if (!keys) {
    return mistake(kExitNoInput,
                   keys.error().message +
                       "; --dkim-keys wants a folder with a file for each key, as `backstop keys "
                       "dkim-import` makes them");
  }
  site.dkim_keys = std::move(*keys);
  return {};
}

// The store counts a row's life by the clock of this machine, so for a later day all lives are shorter.
void age(store::LedgerSettings& ledger, const Settings& settings) {
  if (!settings.is_now_given) return;
  const days ahead =
      std::chrono::floor<days>(settings.now) - std::chrono::floor<days>(std::chrono::system_clock::now());
  for (const auto keep : {&store::LedgerSettings::keep_ids, &store::LedgerSettings::keep_pairs,
                          &store::LedgerSettings::keep_arrivals, &store::LedgerSettings::keep_digests})
    ledger.*keep -= ahead;
}

Done open_ledger(store::LedgerSettings ledger, Settings& settings) {
  if (ledger.url.empty()) return {};
  age(ledger, settings);
  // To read it makes files beside it, which must not be root's.
  const os::FilesAs files(os::owner_of_file(store::path_of(ledger.url)));
  auto opened = store::open_ledger_for_reading(ledger);
  if (!opened) {
    return mistake(
        kExitNoInput,
        opened.error().message + "; a ledger is made by `backstop serve`, or by `backstop ledger import`");
  }
  settings.ledger = std::move(*opened);
  return {};
}

Done read_options(const ProofOptions& options, Settings& settings) {
  const auto tags = tag_settings(options.lifetime_days, options.delimiter);
  if (!tags) return mistake(kExitUsage, tags.error().message);
  auto& site = settings.site;
  site.tags = *tags;
  for (const auto& domain : options.own_domains) site.domains.push_back({.name = domain});
  site.own_hosts = options.own_hosts;
  if (auto done = read_keys(options.key_file, site); !done) return done;
  if (auto done = read_dkim_keys(options.dkim_folder, site); !done) return done;
  store::LedgerSettings ledger;
  ledger.url = options.ledger.empty() ? std::string() : store::sqlite_url(options.ledger);
  return open_ledger(std::move(ledger), settings);
}

/// Takes what the history has observed, if there is one by now.
Done read_observed(const config::Config& config, Settings& settings) {
  const auto today = std::chrono::floor<days>(settings.now);
  if (!config.history_enabled || store::is_missing(config.history.url)) return {};
  const auto history = store::open_history_for_reading(config.history.url);
  if (!history) return mistake(kExitNoInput, history.error().message);
  const auto sums = (*history)->day_sums(today - policy::ReadyRules::kMemory);
  if (!sums) return mistake(kExitNoInput, sums.error().message);
  intake::ReadyTable::Domains domains;
  for (const auto& [domain, one] : intake::observe(*sums, today)) domains[domain] = intake::since(one);
  auto table = std::make_shared<intake::ReadyTable>();
  table->replace(std::move(domains));
  settings.ready = std::move(table);
  return {};
}

Done check_config_alone(const ProofOptions& options) {
  for (const auto* const one : options.not_with_config) {
    if (one->count() == 0) continue;
    return mistake(kExitUsage,
                   one->get_name() + ": the configuration of -c says that; leave one of them out");
  }
  return {};
}

/// `config` is null if none was given.
Done fill(Settings& settings, const ProofOptions& options, config::Config* config) {
  if (auto done = read_time(options.at, settings); !done) return done;
  if (config == nullptr) return read_options(options, settings);
  if (auto alone = check_config_alone(options); !alone) return alone;
  settings.is_looking_up_dkim = config->gateway.dkim_lookup;
  settings.most_held = config->gateway.limits.most_held();
  settings.site = std::move(config->gateway);
  if (auto done = read_observed(*config, settings); !done) return done;
  return open_ledger(config->ledger, settings);
}

}  // namespace

void add_proof_options(CLI::App& command, ProofOptions& options) {
  command
      .add_option("-c,--config", options.config,
                  "The gateway's configuration. It says what the options for keys, the ledger and the like "
                  "would say")
      ->type_name("FILE")
      ->check(not_empty());
  const auto add = [&](const char* name, auto& value, const char* description, const char* type) {
    return command.add_option(name, value, description)->type_name(type);
  };
  add("--keys", options.key_file, "The key file that tags and watermarks are checked with", "FILE");
  add_lifetime_option(command, options.lifetime_days);
  add_delimiter_option(command, options.delimiter);
  add("--dkim-keys", options.dkim_folder, "The folder of our public DKIM keys", "DIR")->check(not_empty());
  add("--ledger", options.ledger, "The ledger of what left: a path, or sqlite:PATH", "URL")
      ->check(not_empty());
  add("--own-domain", options.own_domains,
      "A domain of ours, or \"*.example.org\"; may be given again. Without it, the domain of each mail's "
      "recipient is taken for ours",
      "DOMAIN")
      ->check(domain_name())
      ->allow_extra_args(false);
  add("--own-host", options.own_hosts,
      "A host of ours; may be given again. If a bounce returns a Received field that this host wrote, that "
      "is a hint",
      "HOST")
      ->check(not_empty())
      ->allow_extra_args(false);
  for (const char* const name :
       {"--keys", "--lifetime", "--delimiter", "--dkim-keys", "--ledger", "--own-domain", "--own-host"})
    options.not_with_config.push_back(command.get_option(name));
  command
      .add_option(
          "--at", options.at,
          "The time by which ages are judged, in place of now: 7d (ago), 2026-11-23, or a date as in mail")
      ->type_name("DATE")
      ->check(not_empty());
}

std::optional<Settings> proof_settings(const ProofOptions& options, CommandContext& context) {
  std::optional<config::LoadedConfig> loaded;
  if (!options.config.empty()) {
    auto read = config::load_config(options.config);
    if (!read) {
      report_failure(context, read.error());
      return std::nullopt;
    }
    loaded = std::move(*read);
  }
  Settings settings;
  const auto done = fill(settings, options, loaded ? &loaded->config : nullptr);
  if (done) return settings;
  report_error(context, done.error().exit_status, done.error().message);
  return std::nullopt;
}

CLI::Validator domain_name() {
  return {[](const std::string& text) {
            const std::string_view name = text.starts_with("*.") ? std::string_view(text).substr(2) : text;
            return mail::is_domain(name)
                       ? std::string()
                       : fmt::format("{} is no domain; write it as example.org or *.example.org",
                                     base::printable(text));
          },
          ""};
}

}  // namespace backstop::app
