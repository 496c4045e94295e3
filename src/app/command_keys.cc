#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <string>

#include "app/commands.h"
#include "app/tag_options.h"
#include "base/day.h"
#include "base/text.h"
#include "config/key_file.h"
#include "config/load.h"
#include "store/quarantine.h"
#include "store/url.h"

namespace backstop::app {

namespace {

struct Moment {
  std::chrono::sys_days today;
  std::chrono::days lifetime;
};

/// The keys with which something in the quarantine or in the held store is encrypted; nullopt if no -c says
/// where they are.
using InUse = std::optional<origin::KeyNumbers>;

base::Result<Moment> moment_of(const TagOptions& options) {
  const auto today = day_of(options);
  if (!today) return std::unexpected(today.error());
  const auto settings = settings_of(options);
  if (!settings) return std::unexpected(settings.error());
  return Moment{*today, settings->lifetime};
}

/// Returns whether something that is kept needs a key; nullopt if nobody knows.
std::optional<bool> is_needed(const origin::Key& key, const InUse& in_use) {
  if (key.family != origin::TagFamily::Exim) return false;
  if (!in_use) return std::nullopt;
  return in_use->test(static_cast<std::size_t>(key.number));
}

/// What a key is good for, for the reader of a list.
std::string_view state_of(const origin::Key& key, const Moment& moment, const InUse& in_use) {
  if (key.use == origin::KeyUse::Sign) return "signs and verifies";
  if (key.use == origin::KeyUse::Verify) return "verifies";
  if (is_accepted(key, moment.today, moment.lifetime)) return "retired, verifies still";
  const auto needed = is_needed(key, in_use);
  if (!needed) return "expired; -c CONFIG tells whether something kept needs it";
  return *needed ? "expired, but something kept needs it" : "expired, its number is free";
}

std::string last_day_of(const origin::Key& key, const Moment& moment) {
  return key.use == origin::KeyUse::Retired ? base::format_day(last_day(key, moment.lifetime))
                                            : std::string();
}

boost::json::value or_null(const std::string& text) {
  return text.empty() ? boost::json::value() : boost::json::value(text);
}

void print_json(const TagOptions& options, const origin::KeyRing& ring, const Moment& moment,
                const InUse& in_use, std::ostream& out) {
  boost::json::array keys;
  for (const auto& key : ring.keys()) {
    const auto needed = is_needed(key, in_use);
    const std::string retired = key.use == origin::KeyUse::Retired ? base::format_day(key.retired) : "";
    keys.push_back({{"number", key.number},
                    {"family", name(key.family)},
                    {"use", name(key.use)},
                    {"fingerprint", fingerprint(key)},
                    {"created", base::format_day(key.created)},
                    {"retired", or_null(retired)},
                    {"last_day", or_null(last_day_of(key, moment))},
                    {"verifies", is_accepted(key, moment.today, moment.lifetime)},
                    {"needed", needed ? boost::json::value(*needed) : boost::json::value()}});
  }
  const boost::json::object report{{"file", base::well_formed(options.key_file)}, {"keys", std::move(keys)}};
  out << boost::json::serialize(report) << '\n';
}

void print_table(const origin::KeyRing& ring, const Moment& moment, const InUse& in_use, std::ostream& out) {
  constexpr auto kRow = "{:<3}  {:<8}  {:<11}  {:<10}  {:<10}  {}\n";
  out << fmt::format(kRow, "KEY", "FAMILY", "FINGERPRINT", "MADE ON", "LAST DAY", "STATE");
  for (const auto& key : ring.keys()) {
    out << fmt::format(kRow, key.number, name(key.family), fingerprint(key), base::format_day(key.created),
                       last_day_of(key, moment), state_of(key, moment, in_use));
  }
}

void run_new(const TagOptions& options, CommandContext& context) {
  const auto moment = moment_of(options);
  if (!moment) return report_error(context, kExitUsage, moment.error().message);
  auto secret = config::make_secret();
  if (!secret) return report_error(context, kExitCantCreate, secret.error().message);
  origin::KeyRing ring;
  // At random, so that two machines whose rings were made apart don't read each other's tags as forged ones.
  const int first = static_cast<int>(std::random_device{}() % origin::KeyRing::kNumbers);
  const auto number = ring.rotate(std::move(*secret), moment->today, moment->lifetime, first);
  if (!number) return report_error(context, kExitCantCreate, number.error().message);
  if (const auto made = config::create_key_file(options.key_file, ring); !made) {
    return report_error(context, kExitCantCreate, made.error().message);
  }
  context.out << fmt::format("Made {} with key {}, which signs from now on.\n",
                             base::printable(options.key_file), *number);
}

/// Asks a quarantine or a held store, which `serve` may not have made yet. Adds to `numbers`.
base::Result<void> add_keys_in_use(const store::QuarantineSettings& settings, origin::KeyNumbers& numbers) {
  if (settings.url.empty() || store::is_missing(settings.url)) return {};
  const auto quarantine = store::open_existing_quarantine(settings);
  if (!quarantine) return std::unexpected(quarantine.error());
  const auto in_use = (*quarantine)->keys_in_use();
  if (!in_use) return std::unexpected(in_use.error());
  for (const int number : *in_use) {
    if (number >= 0 && number < origin::KeyRing::kNumbers) numbers.set(static_cast<std::size_t>(number));
  }
  return {};
}

/// Returns nullopt after it said why nobody can tell.
std::optional<InUse> keys_in_use(const std::string& config_file, CommandContext& context) {
  if (config_file.empty()) return InUse();
  const auto config = config::read_config_file(config_file);
  if (!config) {
    report_failure(context, config.error());
    return std::nullopt;
  }
  origin::KeyNumbers numbers;
  for (const auto* const settings : {&config->quarantine, &config->held}) {
    const auto done = add_keys_in_use(*settings, numbers);
    if (done) continue;
    report_error(context, kExitInput, done.error().message);
    return std::nullopt;
  }
  return numbers;
}

void run_rotate(const TagOptions& options, CommandContext& context) {
  const auto moment = moment_of(options);
  if (!moment) return report_error(context, kExitUsage, moment.error().message);
  const auto before = config::read_key_file(options.key_file);
  if (!before) return report_error(context, kExitNoInput, before.error().message);
  const auto in_use = keys_in_use(options.config, context);
  if (!in_use) return;
  const auto number = config::rotate_key_file(options.key_file, moment->today, moment->lifetime, *in_use);
  if (!number) return report_error(context, kExitCantCreate, number.error().message);
  context.out << fmt::format("Key {} signs from now on.\n", *number);
  if (const auto* const old = before->signing_key()) {
    origin::Key retired = *old;
    retired.retired = moment->today;
    context.out << fmt::format("Key {} goes on verifying until {}.\n", old->number,
                               base::format_day(last_day(retired, moment->lifetime)));
  }
}

void run_list(const TagOptions& options, CommandContext& context) {
  const auto moment = moment_of(options);
  if (!moment) return report_error(context, kExitUsage, moment.error().message);
  const auto ring = config::read_key_file(options.key_file);
  if (!ring) return report_error(context, kExitNoInput, ring.error().message);
  const auto in_use = keys_in_use(options.config, context);
  if (!in_use) return;
  if (options.is_json) {
    print_json(options, *ring, *moment, *in_use, context.out);
  } else {
    print_table(*ring, *moment, *in_use, context.out);
  }
}

using Run = void (*)(const TagOptions&, CommandContext&);

void add_config_option(CLI::App& action, TagOptions& options, const char* description) {
  action.add_option("-c,--config", options.config, description)->type_name("CONFIG");
}

CLI::App& add_action(CLI::App& keys, const std::shared_ptr<TagOptions>& options, CommandContext& context,
                     const char* name, const char* description, Run run) {
  auto& action = *keys.add_subcommand(name, description);
  action.add_option("FILE", options->key_file, "The key file")->type_name("")->required();
  add_day_options(action, *options);
  action.callback([options, run, &context] { run(*options, context); });
  return action;
}

}  // namespace

void add_keys_command(CLI::App& root, CommandContext& context) {
  auto& keys = *root.add_subcommand(
      "keys", "Make, rotate and list the keys that proofs are made with, and keep public keys of DKIM");
  keys.require_subcommand(1);
  const auto options = std::make_shared<TagOptions>();
  add_action(keys, options, context, "new",
             "Make a key file with one key. A file that is there already stays as it is", run_new);
  auto& rotate =
      add_action(keys, options, context, "rotate",
                 "Add a new key, which signs from now on. The old one verifies for 45 more days", run_rotate);
  add_config_option(
      rotate, *options,
      "The gateway's configuration. With it, expired keys are deleted if nothing that is kept needs them");
  auto& list = add_action(keys, options, context, "list", "Show the keys, but never their secrets", run_list);
  add_config_option(list, *options,
                    "The gateway's configuration. With it, the list tells which expired keys are still "
                    "needed for what is kept");
  list.add_flag("--json", options->is_json, "One JSON object (docs/tags.md)");
  add_dkim_import_action(keys, context);
}

}  // namespace backstop::app
