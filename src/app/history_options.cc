#include "app/history_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "base/text.h"
#include "config/load.h"
#include "store/url.h"

namespace backstop::app {

CLI::Validator not_empty() {
  return {[](const std::string& text) { return text.empty() ? std::string("it is empty") : std::string(); },
          ""};
}

CLI::Validator an_address() {
  return {[](const std::string& text) {
            // A bare postmaster is the one recipient without a domain (RFC 5321 4.1.1.3).
            if (text.contains('@') || text == "<>" || base::iequals(text, "postmaster")) return std::string();
            return fmt::format("\"{}\" is no address; write it as ann@example.org",
                               base::printable(text, 80));
          },
          ""};
}

void add_history_place(CLI::App& command, HistoryPlace& place) {
  auto* const config = command.add_option("-c,--config", place.config,
                                          "The gateway's configuration, which says where the history is");
  config->type_name("FILE")->check(not_empty());
  auto* const database =
      command.add_option("--db", place.database, "The history itself: a path, or sqlite:PATH");
  database->type_name("PATH")->check(not_empty())->excludes(config);
}

std::optional<std::string> history_url(const HistoryPlace& place, std::string_view command,
                                       CommandContext& context) {
  if (!place.config.empty()) {
    const auto config = config::read_config_file(place.config);
    if (config) return config->history.url;
    report_failure(context, config.error());
    return std::nullopt;
  }
  if (place.database.empty()) {
    report_error(context, kExitUsage,
                 fmt::format("{}: say where the history is: -c FILE, or --db PATH", command));
    return std::nullopt;
  }
  return store::sqlite_url(place.database);
}

std::unique_ptr<store::HistoryReader> open_history_at(const std::string& url, CommandContext& context) {
  auto history = store::open_history_for_reading(url);
  if (history) return std::move(*history);
  report_error(context, kExitNoInput, history.error().message);
  return nullptr;
}

void add_since(CLI::App& command, std::string& since) {
  since = "7d";
  command.add_option("--since", since, "Only what came since that time: 7d (ago), 2026-11-23")
      ->type_name("DATE")
      ->check(not_empty())
      ->capture_default_str();
}

std::optional<report::Moment> moment_since(const std::string& since, report::Moment now,
                                           CommandContext& context) {
  const auto moment = report::parse_moment(since, now);
  if (moment) return *moment;
  report_error(context, kExitUsage, fmt::format("--since: {}", moment.error().message));
  return std::nullopt;
}

}  // namespace backstop::app
