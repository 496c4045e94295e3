#include "setup/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "config/toml_tree.h"
#include "setup/domain_items.h"
#include "setup/list_text.h"
#include "setup/main_cf.h"

namespace backstop::setup {

namespace {

constexpr std::string_view kDefaultDaemon = "ORIGINATING";

std::string_view list_of(const Postfix& postfix, std::string_view name) {
  const auto found = postfix.lists.find(name);
  return found == postfix.lists.end() ? std::string_view() : std::string_view(found->second);
}

/// Names that a table of a database may know.
std::vector<std::string> guesses_for(const Postfix& postfix, const KeyUses& uses) {
  auto guesses = uses.domains();
  for (const std::string_view name : {"mydomain", "myorigin", "myhostname"}) {
    auto domain = domain_of_key(list_of(postfix, name));
    if (!domain.empty() && std::ranges::find(guesses, domain) == guesses.end())
      guesses.push_back(std::move(domain));
  }
  return guesses;
}

/// Returns the names that services give themselves towards milters, if they aren't only the usual one.
std::vector<std::string> daemons_of(const Postfix& postfix) {
  std::vector<std::string> names;
  for (const auto& service : postfix.services) {
    const auto name = service.option("milter_macro_daemon_name", "");
    if (name.empty() || std::ranges::find(names, name) != names.end()) continue;
    names.emplace_back(name);
  }
  if (names.empty() || names == std::vector<std::string>{std::string(kDefaultDaemon)}) return {};
  if (std::ranges::find(names, kDefaultDaemon) == names.end()) names.emplace_back(kDefaultDaemon);
  return names;
}

ConfigFacts facts_of(Machine& machine, const SetupSettings& settings, Plan& plan) {
  ConfigFacts facts;
  facts.hostname = plan.postfix.hostname;
  facts.user = settings.user;
  facts.key_file = settings.key_file();
  facts.data_folder = settings.data_folder;
  facts.milter_socket = plan.postfix.milter_socket();
  facts.internal_socket = plan.postfix.internal_socket();
  facts.mail_group = plan.postfix.mail_group;
  if (!plan.keys.keys.empty()) facts.dkim_folder = settings.dkim_folder();
  facts.aliases = find_aliases(machine, plan.postfix, plan.notes);
  const auto& delimiter = plan.postfix.delimiter;
  if (!delimiter.empty() && delimiter.front() != '+') facts.delimiter = delimiter.substr(0, 1);
  std::vector<std::string> others;
  facts.trusted = networks_of(list_of(plan.postfix, "mynetworks"), others);
  if (is_seen_behind_filter(plan.postfix.services, plan.postfix.main)) {
    // All mail comes from the filter, which is on this machine: what strangers sent must not count as ours.
    std::erase_if(facts.trusted, [](const std::string& network) {
      return network.starts_with("127.") || network.starts_with("::1");
    });
    plan.notes.emplace_back(
        "Backstop sees mail when the content filter brings it back, and doesn't know then who brought it; "
        "better show it before the filter, and give the service behind it -o smtpd_milters=");
  }
  for (const auto& other : others) {
    plan.notes.push_back(
        fmt::format("mynetworks: {} can't be written in the configuration, so mail of these clients doesn't "
                    "count as leaving unless they log in",
                    base::printable(other)));
  }
  facts.daemons = daemons_of(plan.postfix);
  facts.domains = plan.domains.names;
  return facts;
}

bool has_text(const config::TomlNode* list, std::string_view text) {
  return list != nullptr &&
         std::ranges::find(list->children, text, &config::TomlNode::text) != list->children.end();
}

/// Looks whether a configuration that is there listens at our sockets.
void check_config_file(Machine& machine, const SetupSettings& settings, Plan& plan) {
  const auto text = machine.read(settings.config_file);
  if (!text) {
    plan.obstacles.push_back(text.error().message);
    return;
  }
  if (!*text) return;
  plan.has_config = true;
  const auto tree = config::parse_toml(**text);
  if (!tree) {
    plan.obstacles.push_back(fmt::format("{}:{}: {}", base::printable(settings.config_file),
                                         tree.error().place.line, base::printable(tree.error().message)));
    return;
  }
  const auto* const milter = tree->find("milter");
  const bool listens = milter != nullptr &&
                       has_text(milter->find("listen"), "unix:" + plan.postfix.milter_socket()) &&
                       has_text(milter->find("internal"), "unix:" + plan.postfix.internal_socket());
  if (listens) return;
  plan.obstacles.push_back(
      fmt::format("{} is there and is never written over; {} in it, and run this again:\n\n{}",
                  base::printable(settings.config_file), milter == nullptr ? "put this" : "have this",
                  milter_table(plan.facts)));
}

/// Asks Postfix how it expands the lists with these values in place of those of main.cf. Returns what is
/// wrong, or an empty text.
std::string why_lists_are_wrong(Machine& machine, const Plan& plan) {
  Command arguments = {"-xh"};
  for (const auto& addition : kAdditions) {
    arguments.emplace_back("-o");
    arguments.push_back(
        fmt::format("{}={}", addition.list, joined(parse_list(raw_value(plan.edit.text, addition.list)))));
  }
  for (const auto& addition : kAdditions) {
    auto question = arguments;
    question.emplace_back(addition.list);
    const auto printed = machine.run(plan.postfix.place.command("postconf", std::move(question)));
    if (!printed.is_good()) return "postconf: " + printed.why();
    if (auto wrong = why_wrong(addition, printed.out); !wrong.empty()) return wrong;
  }
  return "";
}

void find_obstacles(Machine& machine, const SetupSettings& settings, Plan& plan) {
  if (!machine.group_of(settings.user)) {
    plan.obstacles.push_back(fmt::format(
        "there is no user {} for the service; make it with systemd-sysusers, or: useradd --system "
        "--no-create-home --shell /usr/sbin/nologin {}",
        base::printable(settings.user), base::printable(settings.user)));
  }
  if (!plan.postfix.is_running) plan.obstacles.emplace_back("Postfix doesn't run; start it first");
  if (plan.domains.names.empty()) {
    plan.obstacles.emplace_back(
        "no domain is known that Postfix takes mail for; name each one with --domain NAME");
  }
  check_config_file(machine, settings, plan);
  if (!plan.changes_main_cf()) return;
  if (const auto wrong = why_lists_are_wrong(machine, plan); !wrong.empty())
    plan.obstacles.push_back("main.cf: " + wrong);
}

std::string find_mail_log(Machine& machine, const Postfix& postfix) {
  if (!postfix.log_file.empty() && postfix.log_file.starts_with('/')) return postfix.log_file;
  for (const std::string path : {"/var/log/mail.log", "/var/log/maillog"}) {
    if (machine.is_there(path)) return path;
  }
  return "";
}

void note_domains(Plan& plan) {
  for (const auto& list : plan.domains.unlisted) {
    plan.notes.push_back(fmt::format(
        "{} answers questions, but can't be listed (setup runs no query of its own); domains that only it "
        "knows need --domain NAME",
        list));
  }
  for (const auto& name : plan.domains.unknown) {
    plan.notes.push_back(fmt::format("{} is in none of Postfix's lists; it is taken since you named it",
                                     base::printable(name)));
  }
  for (const auto& trouble : plan.domains.trouble) plan.notes.push_back(trouble);
}

void note_others(Plan& plan) {
  for (auto& note : way_notes(plan.postfix.services, plan.postfix.main))
    plan.notes.push_back(std::move(note));
  const bool filters_bounces = std::ranges::any_of(
      plan.edit.changes, [](const ListChange& change) { return change.name == "bounce"; });
  if (filters_bounces && !plan.postfix.own_milters.empty()) {
    plan.notes.push_back(fmt::format(
        "Postfix's own bounces are now shown to your other non_smtpd_milters ({}), too, and to header_checks "
        "and body_checks",
        base::printable(plan.postfix.own_milters)));
  }
  for (const auto& note : plan.keys.notes) plan.notes.push_back("DKIM: " + note);
}

}  // namespace

std::string SetupSettings::config_folder() const {
  return std::filesystem::path(config_file).parent_path().string();
}

base::Result<Plan> make_plan(Machine& machine, const SetupSettings& settings) {
  auto postfix = read_postfix(machine, settings.postfix);
  if (!postfix) return std::unexpected(postfix.error());
  Plan plan;
  plan.postfix = std::move(*postfix);
  const auto uses = read_key_uses(machine, settings.signers);
  plan.domains = read_domains(machine, plan.postfix, settings.domains, guesses_for(plan.postfix, uses));
  plan.keys = look_up_keys(machine, uses, plan.domains.names);
  plan.keys.notes.insert(plan.keys.notes.begin(), uses.notes.begin(), uses.notes.end());
  plan.edit = add_to_lists(plan.postfix.main_cf_text);
  plan.facts = facts_of(machine, settings, plan);
  plan.has_key_file = machine.is_there(settings.key_file());
  plan.has_systemd = settings.start.empty() && machine.is_folder("/run/systemd/system");
  plan.mail_log = find_mail_log(machine, plan.postfix);
  note_domains(plan);
  note_others(plan);
  find_obstacles(machine, settings, plan);
  return plan;
}

std::string unit_text(const Plan& plan) {
  return fmt::format(
      "# Written by `backstop setup`: the sockets that Postfix asks are in its own folder.\n"
      "[Service]\nReadWritePaths=-{}\nSupplementaryGroups={}\n",
      plan.postfix.milter_folder(), plan.postfix.mail_group);
}

}  // namespace backstop::setup
