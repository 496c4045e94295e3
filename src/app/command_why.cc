// The subcommand why: one event of the history, with its evidence in sentences.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "policy/readiness.h"
#include "report/json_line.h"
#include "report/why_page.h"
#include "store/history.h"

namespace backstop::app {

namespace {

constexpr std::size_t kMostEvents = 100;  // of one transaction
constexpr std::size_t kMostNamed = 5;     // ids that have the same beginning

struct WhyOptions {
  HistoryPlace place;
  std::string id;
  bool is_json = false;
};

/// Returns the events of the transaction, or an error that says why there are none.
base::Result<std::vector<store::Event>> find(store::HistoryReader& history, const std::string& id) {
  store::HistoryFilter filter{.id = id};
  filter.most = kMostEvents + 1;  // whether there are more
  auto events = history.query(filter);
  if (!events || !events->empty()) return events;
  filter.id.clear();
  filter.id_prefix = id;
  return history.query(filter);
}

/// Says what is wrong if the events are not those of one transaction.
std::optional<std::string> objection(const std::string& id, const std::vector<store::Event>& events) {
  std::set<std::string> ids;
  for (const auto& one : events) ids.insert(one.id);
  if (ids.size() == 1) return std::nullopt;
  if (ids.empty())
    return fmt::format("why: the history has no event whose id begins with {}", base::printable(id));
  std::vector<std::string> named;
  for (const auto& one : ids) {
    if (named.size() < kMostNamed) named.push_back(base::printable(one));
  }
  return fmt::format("why: several ids begin with {}: {}{}; give more of it", base::printable(id),
                     fmt::join(named, ", "), ids.size() > named.size() ? " and others" : "");
}

void run(const WhyOptions& options, CommandContext& context) {
  const auto url = history_url(options.place, "why", context);
  if (!url) return;
  const auto history = open_history_at(*url, context);
  if (!history) return;
  auto events = find(*history, options.id);
  if (!events) return report_error(context, kExitInput, events.error().message);
  if (const auto wrong = objection(options.id, *events)) return report_error(context, kExitNoInput, *wrong);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto sums = history->day_sums(today - policy::ReadyRules::kMemory);
  if (!sums) return report_error(context, kExitInput, sums.error().message);
  const bool has_more = events->size() > kMostEvents;
  if (has_more) events->resize(kMostEvents);
  std::ranges::reverse(*events);
  for (const auto& event : *events) {
    const auto missing = report::missing_today(event, *sums, today);
    if (options.is_json) {
      context.out << report::json_line(report::why_json(event, missing));
    } else {
      context.out << (&event == &events->front() ? "" : "\n") << report::why_page(event, missing);
    }
  }
  if (has_more && !options.is_json)
    context.out << fmt::format("\nThese are the newest {} events of that transaction.\n", kMostEvents);
}

}  // namespace

void add_why_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("why", "Explain one decision, with all evidence, in plain sentences");
  const auto options = std::make_shared<WhyOptions>();
  command
      .add_option(
          "ID", options->id,
          "The id of the decision, as `backstop history`, the log and the Received field show it; its "
          "beginning is enough if no other id has it")
      ->type_name("")
      ->check(not_empty())
      ->required();
  add_history_place(command, options->place);
  command.add_flag("--json", options->is_json,
                   "Print a JSON object for each event of that id, one on each line");
  command.footer(
      "A response answers a mail. This command says what was found about whether that mail was yours, what "
      "was looked for and not found, and what would have proved it. docs/policy.md explains the levels A, "
      "B and C.\n\n"
      "Example:\n"
      "  backstop why -c /etc/backstop/backstop.toml 0065f1c2a9b3d40\n");
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
