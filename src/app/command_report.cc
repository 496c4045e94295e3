// The subcommand report: the responses of a span of time as a postmaster reads them before a stage changes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "config/load.h"
#include "mail/address.h"
#include "next_hop/hand_over.h"
#include "report/json_line.h"
#include "report/late_refusals.h"
#include "report/notice_mail.h"
#include "report/report_page.h"
#include "store/history.h"
#include "store/quarantine.h"
#include "store/url.h"

namespace backstop::app {

namespace {

constexpr std::size_t kMostSurges = 20;
constexpr std::size_t kMostDomains = 20;  // that an error names

struct ReportOptions {
  std::string file;
  std::string since;
  std::string mail;
  bool is_json = false;
};

/// Where a report is sent.
struct Destination {
  mail::Address recipient;
  const next_hop::NextHop* hop = nullptr;  ///< of the settings
};

std::string names_of(const intake::DomainTable& domains) {
  std::vector<std::string> names;
  for (const auto& one : domains) {
    if (names.size() < kMostDomains) names.push_back(base::printable(one.name));
  }
  return fmt::format("{}{}", fmt::join(names, ", "), domains.size() > names.size() ? " and others" : "");
}

/// The domain's own next hop, or that of the first inbound gateway.
base::Result<Destination> destination_of(const std::string& text, const gateway::Settings& settings) {
  const auto error = [](std::string message) {
    return std::unexpected(base::Error{"--mail: " + std::move(message)});
  };
  auto address = mail::parse_address(text);
  if (!address) return error(address.error().message);
  const auto* const domain = settings.find_domain(address->domain);
  if (domain == nullptr) {
    return error(fmt::format("{} is not in a domain of this configuration, which are: {}",
                             base::printable(text), names_of(settings.domains)));
  }
  if (domain->next_hop != nullptr) return Destination{std::move(*address), domain->next_hop.get()};
  const auto inbound =
      std::ranges::find(settings.gateways, store::Direction::Inbound, &gateway::GatewaySettings::direction);
  if (inbound == settings.gateways.end()) return error("there is no inbound gateway that could take it");
  return Destination{std::move(*address), &inbound->next_hop};
}

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

/// What is counted, those that came and those that were to leave.
struct Counted {
  report::HistoryReport came;
  report::WayOutReport left = {};
};

/// Counts the responses, a history of any size in the same memory.
base::Result<void> count(store::HistoryReader& history, report::Moment since, Counted& counted) {
  const auto done =
      history.visit({.since = since, .is_response = true, .most = kAll}, [&](const store::Event& event) {
        counted.came.add(event);
        counted.left.add(event);
      });
  if (!done) return done;
  for (const auto cause : {store::kReleased, store::kDeleted}) {
    const auto deeds = history.visit(
        {.since = since, .direction = store::Direction::Outbound, .cause = std::string(cause), .most = kAll},
        [&](const store::Event& event) { counted.left.add(event); });
    if (!deeds) return deeds;
  }
  return {};
}

/// Asks the held store, which `serve` may not have made yet, and which a reader of the history may not read.
void count_waiting(const store::QuarantineSettings& settings, report::Moment now,
                   report::WayOutReport& report) {
  if (settings.url.empty()) return;
  if (store::is_missing(settings.url)) return report.set_waiting(0);
  const auto held = store::open_existing_quarantine(settings);
  if (!held) return report.set_waiting_unknown(held.error().message);
  const auto waiting = (*held)->count(now);
  if (!waiting) return report.set_waiting_unknown(waiting.error().message);
  report.set_waiting(*waiting);
}

struct Summary {
  std::string page;
  std::string subject;
};

base::Result<Summary> summary_of(store::HistoryReader& history, const config::Config& config,
                                 report::Moment since, report::Moment now, bool is_json) {
  const auto& settings = config.gateway;
  Counted counted{.came = report::HistoryReport(settings.domains)};
  if (const auto done = count(history, since, counted); !done) return std::unexpected(done.error());
  count_waiting(config.held, now, counted.left);
  const auto& report = counted.came;
  const auto surges =
      history.query({.since = since, .cause = std::string(store::kSurge), .most = kMostSurges});
  if (!surges) return std::unexpected(surges.error());
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto sums = history.day_sums(today - policy::ReadyRules::kMemory);
  if (!sums) return std::unexpected(sums.error());
  const auto ready = report::readiness_of(settings.domains, *sums, today);
  const auto late = report::late_refusals(history, now, settings.domains);
  if (!late) return std::unexpected(late.error());
  const report::ReportContext context{.since = since,
                                      .until = now,
                                      .surges = *surges,
                                      .ready = ready,
                                      .late = *late,
                                      .way_out = &counted.left,
                                      .has_quarantine = settings.has_quarantine};
  return Summary{.page = is_json ? report::json_line(report::report_json(report, context))
                                 : report::report_page(report, context),
                 .subject = fmt::format("Backstop on {}: {} response{}, {} genuine", settings.hostname,
                                        report.responses(), report.responses() == 1 ? "" : "s",
                                        report.of(origin::Result::Genuine))};
}

void send(const Summary& summary, const gateway::Settings& settings, const Destination& destination,
          CommandContext& context) {
  const std::string mail = report::notice_mail({.hostname = settings.hostname,
                                                .recipient = destination.recipient,
                                                .subject = summary.subject,
                                                .text = summary.page,
                                                .time = std::chrono::system_clock::now()});
  smtp::MailCommand command;  // with the null path, so that nothing ever bounces to us
  command.body = smtp::Body::EightBitMime;
  command.smtputf8 = !base::is_ascii(destination.recipient.text());
  const auto reply = next_hop::hand_over_and_wait(
      {*destination.hop, command, {&destination.recipient, 1}, mail}, settings.next_hop_context());
  if (!reply) return report_error(context, kExitInput, "--mail: " + reply.error().message);
  context.out << fmt::format("The report is on its way to {}.\n",
                             base::printable(destination.recipient.text()));
}

void run(const ReportOptions& options, CommandContext& context) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto since = moment_since(options.since, now, context);
  if (!since) return;
  const auto loaded = config::load_config(options.file);
  if (!loaded) return report_failure(context, loaded.error());
  if (!loaded->config.history_enabled) {
    return report_error(
        context, kExitData,
        base::printable(options.file) + ": there is nothing to report: [history] is not enabled");
  }
  const auto& settings = loaded->config.gateway;
  Destination destination;
  if (!options.mail.empty()) {
    auto found = destination_of(options.mail, settings);
    if (!found) return report_error(context, kExitUsage, found.error().message);
    destination = std::move(*found);
  }
  const auto history = open_history_at(loaded->config.history.url, context);
  if (!history) return;
  const auto summary = summary_of(*history, loaded->config, *since, now, options.is_json);
  if (!summary) return report_error(context, kExitInput, summary.error().message);
  if (options.mail.empty()) {
    context.out << summary->page;
  } else if (become_user_of(loaded->config, context)) {
    send(*summary, settings, destination, context);
  }
}

}  // namespace

void add_report_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("report", "Sum up past responses, to be read before a stage changes");
  const auto options = std::make_shared<ReportOptions>();
  command.add_option("-c,--config", options->file, "The configuration")->type_name("FILE")->required();
  add_since(command, options->since);
  auto* const json = command.add_flag("--json", options->is_json, "Print one JSON object");
  command
      .add_option("--mail", options->mail,
                  "Send the report to that address, which must be in a domain of the configuration")
      ->type_name("ADDRESS")
      ->check(not_empty())
      ->excludes(json);
  command.footer(
      "It says how many responses came, which proofs they had, what each stage keeps from your users, "
      "which of these look like answers to your own mail, and which addresses are forged most. It also "
      "says how many responses of your own servers were held on their way out, and how many left although "
      "it is not known whether their addressee wrote.\n\n"
      "Example:\n"
      "  backstop report -c /etc/backstop/backstop.toml --since 14d\n");
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
