// The subcommand quarantine: list, show, release and delete what is kept back, also beside a running server.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "config/load.h"
#include "gateway/release.h"
#include "intake/event_of.h"
#include "intake/kept_response.h"
#include "origin/owner.h"
#include "origin/tag.h"
#include "os/log.h"
#include "report/json_line.h"
#include "report/quarantine_page.h"
#include "store/history.h"
#include "store/quarantine.h"

namespace backstop::app {

namespace {

constexpr std::size_t kMostListed = 100'000;
constexpr std::chrono::seconds kRecordTime{5};
constexpr std::size_t kMostMessage = 1000;

struct QuarantineOptions {
  std::string file;
  std::vector<std::string> ids;
  std::string address;
  bool is_json = false;
  bool is_whole = false;
};

store::KeptTime now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Who runs this command: "root", or "root for ann" with sudo.
std::string user_name() {
  const auto* const entry = ::getpwuid(::geteuid());
  const std::string name = entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
  const char* const behind = std::getenv("SUDO_USER");
  return base::printable(behind != nullptr ? fmt::format("{} for {}", name, behind) : name);
}

/// The quarantine of a configuration, opened.
struct Opened {
  config::Config config;
  std::vector<store::SealKey> keys = {};
  std::unique_ptr<store::Quarantine> quarantine = {};
  std::string user = user_name();  ///< who opened it
};

/// Returns nullopt after it said what is wrong.
std::optional<Opened> open(const QuarantineOptions& options, CommandContext& context) {
  auto loaded = config::load_config(options.file);
  if (!loaded) {
    report_failure(context, loaded.error());
    return std::nullopt;
  }
  Opened opened{.config = std::move(loaded->config)};
  if (opened.config.quarantine.url.empty()) {
    report_error(context, kExitData,
                 base::printable(options.file) + ": there is no quarantine: [quarantine] has no url");
    return std::nullopt;
  }
  if (!become_user_of(opened.config, context)) return std::nullopt;
  auto quarantine = store::open_existing_quarantine(opened.config.quarantine);
  if (!quarantine) {
    report_error(context, kExitNoInput, quarantine.error().message);
    return std::nullopt;
  }
  opened.keys = intake::seal_keys(opened.config.gateway.keys);
  opened.quarantine = std::move(*quarantine);
  return opened;
}

/// What an operator did with a response: the cause in the history, and the words of its sentence.
struct Deed {
  std::string_view cause;
  store::Done done;
};
constexpr Deed kOpened{"opened", store::Done::Quarantined};
constexpr Deed kReleased{"released", store::Done::Delivered};
constexpr Deed kDeleted{"deleted", store::Done::Quarantined};

store::Event event_of(const store::KeptEnvelope& kept, const Deed& deed, const std::string& sentence) {
  store::Event event;
  event.time = now();
  event.id = kept.id;
  event.gateway = kept.gateway;
  event.direction = store::Direction::Inbound;
  event.reverse_path = base::printable(kept.reverse_path);
  for (const auto& one : kept.recipients) event.recipients.push_back(base::printable(one));
  event.size = kept.size;
  event.cause = deed.cause;
  event.explanation = sentence;
  event.done = deed.done;
  intake::add_addresses(event);
  return event;
}

base::Result<void> record_in_history(const store::HistorySettings& settings, store::Event event) {
  auto history = store::open_history(settings, {});
  if (!history) return std::unexpected(history.error());
  (*history)->record(std::move(event));
  if ((*history)->flush(kRecordTime)) return {};
  return std::unexpected(base::Error{"the history can't be written"});
}

base::Result<void> record_in_log(const os::LogSettings& settings, std::string_view sentence) {
  const auto log = os::Log::open(settings);
  if (!log) return std::unexpected(log.error());
  (*log)->tell(os::LogLevel::Info, sentence);
  (*log)->flush(kRecordTime);
  return {};
}

/// Writes to the history who did it, or to the log if there is no history.
base::Result<void> record(const Opened& opened, const store::KeptEnvelope& kept, const Deed& deed) {
  const auto sentence = fmt::format("{} {} what was kept back as {}", opened.user, deed.cause, kept.id);
  if (opened.config.history_enabled)
    return record_in_history(opened.config.history, event_of(kept, deed, sentence));
  return record_in_log(opened.config.log, "quarantine: " + sentence);
}

/// `address` as origin::search_key() makes it: the address itself, or the owner of a sub-address.
bool is_wanted(const store::KeptEnvelope& kept, const std::string& address, char delimiter) {
  const auto is_it = [&](const std::string& one) {
    if (origin::search_key(one) == address) return true;
    const auto parsed = mail::parse_address(one);
    return parsed && origin::owner_of(*parsed, delimiter).text() == address;
  };
  return address.empty() || is_it(kept.reverse_path) || std::ranges::any_of(kept.recipients, is_it);
}

/// Names them, since they can still be deleted.
void tell_unreadable(const store::KeptList& list, CommandContext& context) {
  constexpr std::size_t kMostNamed = 10;
  const auto named = std::span(list.unreadable).first(std::min(kMostNamed, list.unreadable.size()));
  report_error(context, kExitPartly,
               base::printable(fmt::format("{} more can't be read ({}{}); of the first one: {}",
                                           list.unreadable.size(), fmt::join(named, ", "),
                                           named.size() < list.unreadable.size() ? ", ..." : "", list.why),
                               kMostMessage));
}

void run_list(const QuarantineOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  auto list = opened->quarantine->list(opened->keys, now(), kMostListed);
  if (!list) return report_error(context, kExitInput, list.error().message);
  const auto address = options.address.empty() ? std::string() : origin::search_key(options.address);
  const char delimiter = opened->config.gateway.tags.delimiter;
  std::erase_if(list->kept, [&](const auto& one) { return !is_wanted(one, address, delimiter); });
  const auto keep = opened->config.quarantine.keep;
  if (options.is_json) {
    for (const auto& one : list->kept) context.out << report::json_line(report::to_json(one, keep));
  } else if (list->kept.empty()) {
    context.out << (address.empty() ? std::string("Nothing is kept back.\n")
                                    : fmt::format("Nothing that is kept back is from or to {}.\n",
                                                  base::printable(address)));
  } else {
    context.out << report::quarantine_table(list->kept, keep);
  }
  if (!list->unreadable.empty()) tell_unreadable(*list, context);
}

/// Returns the response, or nullopt after it said why there is none.
std::optional<store::KeptResponse> find(const Opened& opened, const std::string& id,
                                        CommandContext& context) {
  auto found = opened.quarantine->find(id, opened.keys, now());
  if (!found) {
    report_error(context, kExitInput, found.error().message);
  } else if (!*found) {
    report_error(context, kExitNoInput, fmt::format("nothing is kept back as {}", base::printable(id)));
  }
  return found ? std::move(*found) : std::nullopt;
}

/// A response is shown only if it is on record who looked at it.
void show(const Opened& opened, const std::string& id, bool is_whole, CommandContext& context) {
  const auto kept = find(opened, id, context);
  if (!kept) return;
  if (const auto recorded = record(opened, kept->envelope, kOpened); !recorded) {
    return report_error(
        context, kExitCantCreate,
        "not shown, since it can't be recorded who looked at it: " + recorded.error().message);
  }
  context.out << (is_whole ? kept->message : report::quarantine_page(*kept, opened.config.quarantine.keep));
}

/// The deed is done, so a record that fails is only told.
void finish(const Opened& opened, const store::KeptEnvelope& kept, const Deed& deed,
            CommandContext& context) {
  context.out << fmt::format("{} is {}.\n", kept.id, deed.cause);
  if (const auto recorded = record(opened, kept, deed); !recorded)
    report_error(context, kExitCantCreate, recorded.error().message);
}

/// Two commands at the same moment release it once. If this one ends half way, the response stays.
void release(const Opened& opened, const std::string& id, CommandContext& context) {
  const auto claim = opened.quarantine->claim(id);
  if (!claim) return report_error(context, kExitInput, claim.error().message);
  const auto kept = find(opened, id, context);
  if (!kept) return;
  const auto stays = [&](const std::string& why) {
    report_error(context, kExitUnavailable,
                 fmt::format("{} is still kept back; {}", base::printable(id), why));
  };
  if (*claim == nullptr) return stays("another command is releasing it");
  if (const auto taken = gateway::release(*kept, opened.config.gateway); !taken)
    return stays(taken.error().message);
  finish(opened, kept->envelope, kReleased, context);
  if (const auto removed = opened.quarantine->remove(id); !removed) {
    report_error(context, kExitCantCreate,
                 fmt::format("{} was handed over, and can't be deleted: {}", base::printable(id),
                             removed.error().message));
  }
}

/// Deletes what no key opens, too.
void erase(const Opened& opened, const std::string& id, CommandContext& context) {
  const auto found = opened.quarantine->find(id, opened.keys, now());
  const auto kept = found && *found ? (*found)->envelope : store::KeptEnvelope{.id = id};
  const auto removed = opened.quarantine->remove(id);
  if (!removed) return report_error(context, kExitCantCreate, removed.error().message);
  if (!*removed)
    return report_error(context, kExitNoInput,
                        fmt::format("nothing is kept back as {}", base::printable(id)));
  finish(opened, kept, kDeleted, context);
}

void run_show(const QuarantineOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  for (const auto& id : options.ids) show(*opened, id, options.is_whole, context);
}

void run_release(const QuarantineOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  for (const auto& id : options.ids) release(*opened, id, context);
}

void run_delete(const QuarantineOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  for (const auto& id : options.ids) erase(*opened, id, context);
}

using Run = void (*)(const QuarantineOptions&, CommandContext&);

CLI::App& add_action(CLI::App& quarantine, const std::shared_ptr<QuarantineOptions>& options,
                     CommandContext& context, const char* name, const char* description, Run run) {
  auto& action = *quarantine.add_subcommand(name, description);
  action.add_option("-c,--config", options->file, "The gateway's configuration")
      ->type_name("FILE")
      ->required();
  action.callback([options, run, &context] { run(*options, context); });
  return action;
}

void add_ids(CLI::App& action, QuarantineOptions& options) {
  action.add_option("ID", options.ids, "As `list` shows it; the log and the history have it, too")
      ->type_name("")
      ->required();
}

}  // namespace

void add_quarantine_command(CLI::App& root, CommandContext& context) {
  auto& quarantine =
      *root.add_subcommand("quarantine", "List, show, release and delete responses that are kept back");
  quarantine.require_subcommand(1);
  const auto options = std::make_shared<QuarantineOptions>();
  auto& list =
      add_action(quarantine, options, context, "list", "List what is kept back, newest first", run_list);
  list.add_option("--address", options->address, "Only from or to that address, sub-addresses included")
      ->type_name("ADDRESS")
      ->check(an_address());
  list.add_flag("--json", options->is_json, "One JSON object a response, a line each");
  auto& show =
      add_action(quarantine, options, context, "show",
                 "Show why a response is kept back, and its header; who looks is recorded", run_show);
  show.add_flag("--whole", options->is_whole, "The whole mail and nothing else, as it would be released");
  add_ids(show, *options);
  add_ids(add_action(quarantine, options, context, "release",
                     "Hand responses to the next hop, and then delete them here", run_release),
          *options);
  add_ids(add_action(quarantine, options, context, "delete", "Delete responses", run_delete), *options);
  quarantine.footer("Example:\n  backstop quarantine list -c /etc/backstop/backstop.toml\n");
}

}  // namespace backstop::app
