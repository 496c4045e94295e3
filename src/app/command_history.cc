#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/history_follow.h"
#include "app/history_options.h"
#include "app/kind_words.h"
#include "app/value_types.h"
#include "base/text.h"
#include "origin/tag.h"
#include "report/event_count.h"
#include "report/history_page.h"
#include "report/json_line.h"
#include "report/local_time.h"
#include "store/event_json.h"
#include "store/history.h"

namespace backstop::app {

namespace {

constexpr std::size_t kMostEvents = 100'000;
constexpr std::string_view kNoEvent = "No event matches.\n";

/// How many events --follow shows at first, if -n doesn't say.
constexpr std::size_t kFirstFollowed = 10;

constexpr std::string_view kFooter =
    "Examples:\n"
    "  backstop history -c backstop.toml --since 7d --done refused\n"
    "  backstop history --db var/history.db --address ann@example.org\n"
    "  backstop history -c backstop.toml --id 0065f1c2a9b3d40\n"
    "  backstop history -c backstop.toml --since 30d --count cause\n"
    "  backstop history -c backstop.toml --follow --done refused\n"
    "\n"
    "Words for kinds: \"bounce\" is dsn-failed, \"dsn\" is any dsn-..., \"response\" is all but none, "
    "\"ordinary\" is none.\n"
    "\n"
    "DATE is 2h or 7d (ago), 2026-11-23 or \"2026-11-23 10:00\" (in this machine's zone), or "
    "2026-11-23T10:00:00Z. docs/history.md says what an event holds.\n";

struct HistoryOptions {
  HistoryPlace place;
  std::string since;
  std::string until;
  store::HistoryFilter filter;
  std::string verdict;
  std::string next_stage;
  std::string done;
  std::string direction;
  std::vector<std::string> count;  ///< what --count was given; its first item is "" if it was nothing
  bool is_counted = false;
  bool is_most_given = false;
  bool is_followed = false;
  bool is_json = false;
  bool is_verbose = false;
};

/// Reads the times and addresses, which are given as text.
base::Result<store::HistoryFilter> filter_of(const HistoryOptions& options) {
  store::HistoryFilter filter = options.filter;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  for (const auto& [name, text, place] : {std::tuple("--since", &options.since, &filter.since),
                                          std::tuple("--until", &options.until, &filter.until)}) {
    if (text->empty()) continue;
    const auto moment = report::parse_moment(*text, now);
    if (!moment) return std::unexpected(base::Error{fmt::format("{}: {}", name, moment.error().message)});
    *place = *moment;
  }
  if (filter.address.starts_with('<') && filter.address.ends_with('>')) {
    filter.address = filter.address.substr(1, filter.address.size() - 2);
    if (filter.address.empty())
      return std::unexpected(base::Error{"--address: the null sender is nobody's; --kind finds responses"});
  }
  filter.address = origin::search_key(filter.address);
  set_kind(options.filter.kind, filter);
  store::set_by_name(options.verdict, filter.verdict);
  store::set_by_name(options.next_stage, filter.next_stage);
  store::set_by_name(options.done, filter.done);
  store::set_by_name(options.direction, filter.direction);
  return filter;
}

void print_json(const std::vector<store::Event>& events, std::ostream& out) {
  for (const auto& event : events) out << report::json_line(store::event_json(event));
}

void print_pages(const std::vector<store::Event>& events, std::ostream& out) {
  bool is_first = true;
  for (const auto& event : events) {
    if (!is_first) out << '\n';
    is_first = false;
    out << report::event_page(event);
  }
}

void print_for_people(std::vector<store::Event> events, const HistoryOptions& options, std::ostream& out) {
  const std::size_t most = options.filter.most;
  const bool has_more = events.size() > most;
  if (has_more) events.resize(most);
  if (events.empty()) {
    out << kNoEvent;
    return;
  }
  if (options.is_verbose || !options.filter.id.empty()) {
    print_pages(events, out);
  } else {
    out << report::history_table(events);
  }
  if (!has_more) return;
  out << (most == 1 ? "\nThis is the newest one" : fmt::format("\nThese are the newest {}", most))
      << "; there are more (-n).\n";
}

std::vector<report::CountBy> sorts_of(const HistoryOptions& options) {
  using report::CountBy;
  std::vector<CountBy> sorts;
  for (const std::string& name : options.count) {
    const auto found = std::ranges::find(report::kCountNames, name);
    if (found == report::kCountNames.end()) continue;
    const auto by = static_cast<CountBy>(found - report::kCountNames.begin());
    if (std::ranges::find(sorts, by) == sorts.end()) sorts.push_back(by);
  }
  return sorts.empty() ? std::vector{CountBy::Day, CountBy::Kind, CountBy::Cause} : sorts;
}

void count(store::HistoryReader& history, store::HistoryFilter filter, const HistoryOptions& options,
           CommandContext& context) {
  filter.most = std::numeric_limits<std::size_t>::max();
  report::EventCount counts(sorts_of(options));
  const auto done = history.visit(filter, [&](const store::Event& event) { counts.add(event); });
  if (!done) return report_error(context, kExitInput, done.error().message);
  if (options.is_json) {
    context.out << report::json_line(counts.json());
  } else if (counts.events() == 0) {
    context.out << kNoEvent;
  } else {
    context.out << counts.text();
  }
}

/// Returns the width of the terminal if it is wider than the table; without a terminal nothing is cut.
std::size_t table_width(const CommandContext& context) {
  if (&context.out != &std::cout || ::isatty(STDOUT_FILENO) == 0) return report::kUncut;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return report::kTableWidth;
  return std::max<std::size_t>(report::kTableWidth, size.ws_col);
}

void follow(store::HistoryReader& history, store::HistoryFilter filter, const HistoryOptions& options,
            CommandContext& context) {
  if (!options.is_most_given) filter.most = kFirstFollowed;
  report::RunningHistoryTable table(table_width(context));
  bool is_first = true;
  follow_history(history, filter, context, [&](const store::Event& event) {
    if (options.is_json) {
      context.out << report::json_line(store::event_json(event));
    } else if (options.is_verbose) {
      context.out << (is_first ? "" : "\n") << report::event_page(event);
    } else {
      context.out << table.line(event);
    }
    is_first = false;
  });
}

void run(const HistoryOptions& options, CommandContext& context) {
  auto filter = filter_of(options);
  if (!filter) return report_error(context, kExitUsage, filter.error().message);
  const auto url = history_url(options.place, "history", context);
  if (!url) return;
  const auto history = store::open_history_for_reading(*url);
  if (!history) return report_error(context, kExitNoInput, history.error().message);
  if (options.is_counted) return count(**history, std::move(*filter), options, context);
  if (options.is_followed) return follow(**history, std::move(*filter), options, context);
  if (!options.is_json) ++filter->most;  // whether there are more
  auto events = (*history)->query(*filter);
  if (!events) return report_error(context, kExitInput, events.error().message);
  if (options.is_json) return print_json(*events, context.out);
  print_for_people(std::move(*events), options, context.out);
}

void add_filters(CLI::App& command, HistoryOptions& options) {
  const auto add = [&](const char* name, std::string& value, const std::string& description,
                       const char* type) {
    return command.add_option(name, value, description)->type_name(type)->check(not_empty());
  };
  const auto add_choice = [&](const char* name, std::string& value, std::string_view description,
                              const char* type) {
    add(name, value, fmt::format("{}: {}", description, fmt::join(words_of(type), ", ")), type)
        ->check(one_of(type));
  };
  auto& filter = options.filter;
  add("--since", options.since, "Only events since that time", "DATE");
  add("--until", options.until, "Only events before that time", "DATE");
  add("--address", filter.address, "Only events from or to that address, with or without a tag", "ADDRESS")
      ->check(an_address());
  add("--client", filter.client, "Only events of the client with that IP address", "IP");
  add_choice("--kind", filter.kind, "What the mail is", "KIND");
  add_choice("--origin", filter.origin, "Whether the mail that it answers is ours", "ORIGIN");
  add_choice("--verdict", options.verdict, "What was to be done", "VERDICT");
  add("--cause", filter.cause,
      "Why: a word of the list of causes (docs/policy.md), or next-hop, late-unknown, limit, failed, "
      "opened, released, deleted, surge, surge-over",
      "CAUSE")
      ->check(one_of("CAUSE"));
  add_choice("--next-stage", options.next_stage, "What the next stage would have done", "ACTION");
  add_choice("--done", options.done, "What was done", "DONE");
  add_choice("--direction", options.direction, "Whether the mail came in or left", "DIRECTION");
  command.add_flag("--untagged", filter.is_untagged,
                   "Only mail that left without a tag, so that no tag proves its bounces");
  add("--id", filter.id,
      "The events of the transaction with that id, in full; the log and the Received field have the id",
      "ID");
}

CLI::Option* add_count(CLI::App& command, HistoryOptions& options) {
  const auto is_sort = [check = one_of("BY")](const std::string& text) {
    return text.empty() ? std::string() : check(text);
  };
  return command
      .add_option(
          "--count", options.count,
          fmt::format(
              "Only count the events, by one or several of: {}. Without a word, by day, kind and cause",
              fmt::join(words_of("BY"), ", ")))
      ->type_name("BY")
      ->expected(0, static_cast<int>(report::kCountNames.size()))
      ->check(is_sort);
}

}  // namespace

void add_history_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("history", "List what the gateway decided, newest first, and why");
  const auto options = std::make_shared<HistoryOptions>();
  add_history_place(command, options->place);
  add_filters(command, *options);
  auto* const most = command.add_option("-n,--most", options->filter.most, "Show at most that many events");
  most->type_name("N")->check(CLI::Range(std::size_t{1}, kMostEvents).description(""))->capture_default_str();
  auto* const verbose = command.add_flag("-v,--verbose", options->is_verbose, "Show each event in full");
  auto* const counted = add_count(command, *options);
  counted->excludes(most)->excludes(verbose);
  command
      .add_flag("-f,--follow", options->is_followed,
                "Show the newest ten events (or -n of them), oldest first, and then each new one as it "
                "comes, until Ctrl-C")
      ->excludes(command.get_option("--until"))
      ->excludes(counted);
  command.add_flag("--json", options->is_json,
                   "One JSON object for each event, one on each line (docs/history.schema.json)");
  command.footer(std::string(kFooter));
  command.callback([options, most, counted, &context] {
    options->is_most_given = most->count() > 0;
    options->is_counted = counted->count() > 0;
    run(*options, context);
  });
}

}  // namespace backstop::app
