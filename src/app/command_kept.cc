// The subcommands quarantine and held: list, show, release and delete what is kept, also beside a running
// server. They do the same in two places.
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

/// What tells the two commands apart.
struct Command {
  std::string_view name;
  std::string_view description;
  store::KeptPlace place;
  store::QuarantineSettings config::Config::* settings;
  std::string_view section;  ///< of the configuration
  store::Direction direction;
  std::string_view kept;  ///< what is kept there, as a participle
  std::string_view show_whole;
};

constexpr Command kQuarantine{
    .name = "quarantine",
    .description = "List, show, release and delete responses that are kept back",
    .place = store::KeptPlace::Quarantine,
    .settings = &config::Config::quarantine,
    .section = "[quarantine]",
    .direction = store::Direction::Inbound,
    .kept = "kept back",
    .show_whole = "The whole mail and nothing else, as it would be released",
};
constexpr Command kHeld{
    .name = "held",
    .description = "List, show, release and delete responses of your own servers that are held",
    .place = store::KeptPlace::Held,
    .settings = &config::Config::held,
    .section = "[way_out]",
    .direction = store::Direction::Outbound,
    .kept = "held",
    .show_whole = "All that is kept of the mail and nothing else, as it would be released",
};

struct KeptOptions {
  const Command* command;
  std::string file = {};
  std::vector<std::string> ids = {};
  std::string address = {};
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

/// The quarantine or the held store of a configuration, opened.
struct Opened {
  const Command* command;
  config::Config config;
  std::vector<store::SealKey> keys = {};
  std::unique_ptr<store::Quarantine> store = {};
  std::string user = user_name();  ///< who opened it

  std::chrono::hours keep() const { return (config.*command->settings).keep; }
};

/// Returns nullopt after it said what is wrong.
std::optional<Opened> open(const KeptOptions& options, CommandContext& context) {
  auto loaded = config::load_config(options.file);
  if (!loaded) {
    report_failure(context, loaded.error());
    return std::nullopt;
  }
  Opened opened{.command = options.command, .config = std::move(loaded->config)};
  const auto& settings = opened.config.*options.command->settings;
  if (settings.url.empty()) {
    report_error(context, kExitData,
                 fmt::format("{}: there is no {}: {} has no url", base::printable(options.file),
                             name(options.command->place), options.command->section));
    return std::nullopt;
  }
  if (!become_user_of(opened.config, context)) return std::nullopt;
  auto store = store::open_existing_quarantine(settings);
  if (!store) {
    report_error(context, kExitNoInput, store.error().message);
    return std::nullopt;
  }
  opened.keys = intake::seal_keys(opened.config.gateway.keys);
  opened.store = std::move(*store);
  return opened;
}

/// What an operator did with a response: the cause in the history, and the words of its sentence.
struct Deed {
  std::string_view cause;
  store::Done done;
};
constexpr Deed kOpened{store::kOpened, store::Done::Quarantined};
constexpr Deed kReleased{store::kReleased, store::Done::Delivered};
constexpr Deed kDeleted{store::kDeleted, store::Done::Quarantined};

store::Event event_of(const store::KeptEnvelope& kept, store::Direction direction, const Deed& deed,
                      const std::string& sentence) {
  store::Event event;
  event.time = now();
  event.id = kept.id;
  event.gateway = kept.gateway;
  event.direction = direction;
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
  const auto& command = *opened.command;
  const auto sentence =
      fmt::format("{} {} what was {} as {}", opened.user, deed.cause, command.kept, kept.id);
  if (opened.config.history_enabled)
    return record_in_history(opened.config.history, event_of(kept, command.direction, deed, sentence));
  return record_in_log(opened.config.log, fmt::format("{}: {}", name(command.place), sentence));
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
  report_error(
      context, kExitPartly,
      base::printable(fmt::format("{}{} can't be read ({}{}); of the first one: {}", list.unreadable.size(),
                                  list.kept.empty() ? "" : " more", fmt::join(named, ", "),
                                  named.size() < list.unreadable.size() ? ", ..." : "", list.why),
                      kMostMessage));
}

void run_list(const KeptOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  auto list = opened->store->list(opened->keys, now(), kMostListed);
  if (!list) return report_error(context, kExitInput, list.error().message);
  const auto address = options.address.empty() ? std::string() : origin::search_key(options.address);
  const char delimiter = opened->config.gateway.tags.delimiter;
  std::erase_if(list->kept, [&](const auto& one) { return !is_wanted(one, address, delimiter); });
  const auto keep = opened->keep();
  if (options.is_json) {
    for (const auto& one : list->kept) context.out << report::json_line(report::to_json(one, keep));
  } else if (list->kept.empty() && !list->unreadable.empty()) {
    // What can't be read is there all the same, so it is not said that there is nothing.
  } else if (list->kept.empty()) {
    const auto kept = opened->command->kept;
    context.out << (address.empty() ? fmt::format("Nothing is {}.\n", kept)
                                    : fmt::format("Nothing that is {} is from or to {}.\n", kept,
                                                  base::printable(address)));
  } else {
    context.out << report::quarantine_table(list->kept, keep);
  }
  if (!list->unreadable.empty()) tell_unreadable(*list, context);
}

/// Returns the response, or nullopt after it said why there is none.
std::optional<store::KeptResponse> find(const Opened& opened, const std::string& id,
                                        CommandContext& context) {
  auto found = opened.store->find(id, opened.keys, now());
  if (!found) {
    report_error(context, kExitInput, found.error().message);
  } else if (!*found) {
    report_error(context, kExitNoInput,
                 fmt::format("nothing is {} as {}", opened.command->kept, base::printable(id)));
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
  context.out << (is_whole ? kept->message : report::quarantine_page(*kept, opened.keep()));
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
  const auto claim = opened.store->claim(id);
  if (!claim) return report_error(context, kExitInput, claim.error().message);
  const auto kept = find(opened, id, context);
  if (!kept) return;
  const auto stays = [&](const std::string& why) {
    report_error(context, kExitUnavailable,
                 fmt::format("{} is still {}; {}", base::printable(id), opened.command->kept, why));
  };
  if (*claim == nullptr) return stays("another command is releasing it");
  if (const auto taken = gateway::release(*kept, opened.config.gateway); !taken)
    return stays(taken.error().message);
  finish(opened, kept->envelope, kReleased, context);
  if (const auto removed = opened.store->remove(id); !removed) {
    report_error(context, kExitCantCreate,
                 fmt::format("{} was handed over, and can't be deleted: {}", base::printable(id),
                             removed.error().message));
  }
}

/// Deletes what no key opens, too.
void erase(const Opened& opened, const std::string& id, CommandContext& context) {
  const auto found = opened.store->find(id, opened.keys, now());
  const auto kept = found && *found ? (*found)->envelope : store::KeptEnvelope{.id = id};
  const auto removed = opened.store->remove(id);
  if (!removed) return report_error(context, kExitCantCreate, removed.error().message);
  if (!*removed)
    return report_error(context, kExitNoInput,
                        fmt::format("nothing is {} as {}", opened.command->kept, base::printable(id)));
  finish(opened, kept, kDeleted, context);
}

void run_show(const KeptOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  for (const auto& id : options.ids) show(*opened, id, options.is_whole, context);
}

void run_release(const KeptOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  for (const auto& id : options.ids) release(*opened, id, context);
}

void run_delete(const KeptOptions& options, CommandContext& context) {
  const auto opened = open(options, context);
  if (!opened) return;
  for (const auto& id : options.ids) erase(*opened, id, context);
}

using Run = void (*)(const KeptOptions&, CommandContext&);

CLI::App& add_action(CLI::App& command, const std::shared_ptr<KeptOptions>& options, CommandContext& context,
                     const char* name, const std::string& description, Run run) {
  auto& action = *command.add_subcommand(name, description);
  action.add_option("-c,--config", options->file, "The gateway's configuration")
      ->type_name("FILE")
      ->required();
  action.callback([options, run, &context] { run(*options, context); });
  return action;
}

void add_ids(CLI::App& action, KeptOptions& options) {
  action.add_option("ID", options.ids, "The id, as `list`, the log and the history show it")
      ->type_name("")
      ->required();
}

void add_command(CLI::App& root, CommandContext& context, const Command& command) {
  auto& added = *root.add_subcommand(std::string(command.name), std::string(command.description));
  added.require_subcommand(1);
  const auto options = std::make_shared<KeptOptions>(KeptOptions{.command = &command});
  auto& list = add_action(added, options, context, "list",
                          fmt::format("List what is {}, newest first", command.kept), run_list);
  list.add_option("--address", options->address, "Only from or to that address, sub-addresses included")
      ->type_name("ADDRESS")
      ->check(an_address());
  list.add_flag("--json", options->is_json, "One JSON object for each response, one on each line");
  auto& show = add_action(
      added, options, context, "show",
      fmt::format("Show why a response is {}, and its header. The history records who looked", command.kept),
      run_show);
  show.add_flag("--whole", options->is_whole, std::string(command.show_whole));
  add_ids(show, *options);
  add_ids(add_action(added, options, context, "release",
                     "Hand responses to the next hop, and then delete them here", run_release),
          *options);
  add_ids(add_action(added, options, context, "delete", "Delete responses", run_delete), *options);
  added.footer(fmt::format("Example:\n  backstop {} list -c /etc/backstop/backstop.toml\n", command.name));
}

}  // namespace

void add_quarantine_command(CLI::App& root, CommandContext& context) {
  add_command(root, context, kQuarantine);
}

void add_held_command(CLI::App& root, CommandContext& context) {
  add_command(root, context, kHeld);
}

}  // namespace backstop::app
