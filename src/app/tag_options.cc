#include "app/tag_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string_view>
#include <utility>

#include "app/command.h"
#include "base/day.h"
#include "base/text.h"
#include "config/key_file.h"
#include "mail/date.h"

namespace backstop::app {

void add_lifetime_option(CLI::App& command, int& days) {
  command
      .add_option("--lifetime", days, "For how many days a tag is good after the day on which it was made")
      ->type_name("DAYS")
      ->capture_default_str();
}

void add_delimiter_option(CLI::App& command, std::string& delimiter) {
  command
      .add_option("--delimiter", delimiter,
                  "The character between a user and a sub-address, as in user+prvs=TAG")
      ->type_name("CHARACTER")
      ->capture_default_str();
}

void add_day_options(CLI::App& command, TagOptions& options) {
  command
      .add_option("--at", options.at, "The day that counts as today: 2026-11-30 (UTC), or a date as in mail")
      ->type_name("DATE");
  add_lifetime_option(command, options.lifetime_days);
}

void add_key_options(CLI::App& command, TagOptions& options) {
  auto* const file =
      command.add_option("--keys", options.key_file, "The key file, as \"backstop keys\" makes it");
  file->type_name("FILE");
  auto* const secrets =
      command.add_option("--secret", options.secrets,
                         "A key in place of a key file; may be given again for more. Everybody on this "
                         "machine can see it with ps while "
                         "the command runs, and the shell may keep it: for trying things out");
  secrets->type_name("NUMBER:SECRET")->allow_extra_args(false);
  file->excludes(secrets);
}

void add_indimail_option(CLI::App& command, TagOptions& options) {
  command
      .add_option("--indimail", options.indimail_secret,
                  "A secret of indimail's qmail: its tags are then good, too. As visible as --secret")
      ->type_name("SECRET");
}

base::Result<std::chrono::sys_days> day_of(const TagOptions& options) {
  if (options.at.empty()) return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (const auto day = base::parse_day(options.at)) return *day;
  if (const auto time = mail::parse_date(options.at)) return std::chrono::floor<std::chrono::days>(*time);
  return std::unexpected(base::Error{
      fmt::format("--at: \"{}\" is no date; write it as 2026-11-30", base::printable(options.at))});
}

base::Result<origin::TagSettings> tag_settings(int lifetime_days, std::string_view delimiter) {
  if (delimiter.size() != 1) return std::unexpected(base::Error{"--delimiter: it must be one character"});
  const origin::TagSettings settings{.lifetime = std::chrono::days(lifetime_days),
                                     .delimiter = delimiter.front()};
  if (const auto good = origin::check(settings); !good) return std::unexpected(good.error());
  return settings;
}

base::Result<origin::TagSettings> settings_of(const TagOptions& options) {
  auto settings = tag_settings(options.lifetime_days, options.delimiter);
  if (settings && options.is_sub_address) settings->form = origin::TagForm::SubAddress;
  return settings;
}

bool has_keys(const TagOptions& options) {
  return !options.key_file.empty() || !options.secrets.empty() || !options.indimail_secret.empty();
}

namespace {

using Added = std::expected<void, KeyFailure>;

std::unexpected<KeyFailure> misuse(std::string_view option, std::string_view why) {
  return std::unexpected(KeyFailure{kExitUsage, fmt::format("{}: {}", option, why)});
}

Added add_secret(std::string_view text, std::chrono::sys_days today, origin::KeyRing& ring) {
  if (text.size() < 3 || !base::is_digit(text[0]) || text[1] != ':') {
    return misuse("--secret", "it must be NUMBER:SECRET, as in 0:secret");
  }
  const auto added = ring.add({.number = text[0] - '0',
                               .family = origin::TagFamily::Exim,
                               .use = ring.keys().empty() ? origin::KeyUse::Sign : origin::KeyUse::Verify,
                               .created = today,
                               .retired = {},
                               .secret = std::string(text.substr(2))});
  if (!added) return misuse("--secret", added.error().message);
  return {};
}

Added add_indimail(const std::string& secret, std::chrono::sys_days today, origin::KeyRing& ring) {
  const auto added = ring.add({.number = 0,
                               .family = origin::TagFamily::Indimail,
                               .use = origin::KeyUse::Verify,
                               .created = today,
                               .retired = {},
                               .secret = secret});
  if (!added) return misuse("--indimail", added.error().message);
  return {};
}

}  // namespace

std::expected<origin::KeyRing, KeyFailure> ring_of(const TagOptions& options, std::chrono::sys_days today) {
  if (!has_keys(options)) {
    return std::unexpected(KeyFailure{kExitUsage, "a key is needed: --keys FILE, or --secret NUMBER:SECRET"});
  }
  origin::KeyRing ring;
  if (!options.key_file.empty()) {
    auto read = config::read_key_file(options.key_file);
    if (!read) return std::unexpected(KeyFailure{kExitNoInput, read.error().message});
    ring = std::move(*read);
  }
  for (const auto& text : options.secrets) {
    if (const auto added = add_secret(text, today, ring); !added) return std::unexpected(added.error());
  }
  if (options.indimail_secret.empty()) return ring;
  if (const auto added = add_indimail(options.indimail_secret, today, ring); !added) {
    return std::unexpected(added.error());
  }
  return ring;
}

}  // namespace backstop::app
