#include "setup/postfix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "setup/domain_items.h"
#include "setup/list_text.h"

namespace backstop::setup {

namespace {

constexpr auto kDomainLists = std::to_array<std::string_view>(
    {"mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains"});

constexpr auto kParameters = std::to_array<std::string_view>(
    {"config_directory", "queue_directory", "mail_owner", "myhostname", "mail_version", "inet_interfaces",
     "recipient_delimiter", "maillog_file", "non_smtpd_milters", "content_filter", "smtpd_proxy_filter",
     "receive_override_options", "smtpd_milter_maps", "mynetworks", "virtual_alias_maps", "mydomain",
     "myorigin", "parent_domain_matches_subdomains"});

std::unexpected<base::Error> refuse(std::string message) {
  return std::unexpected(base::Error{std::move(message)});
}

std::map<std::string, std::string, std::less<>> parse_parameters(std::string_view printed) {
  std::map<std::string, std::string, std::less<>> values;
  std::string_view line;
  while (base::next_line(printed, line)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    values.insert_or_assign(std::string(base::trim(line.substr(0, equals))),
                            std::string(base::trim(line.substr(equals + 1))));
  }
  return values;
}

/// Options of a service in braces were added to the milters' lists in Postfix 3.0.
bool is_old(std::string_view version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major < 3;
}

/// Adds what is not there yet.
void add_once(std::string text, std::vector<std::string>& texts) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
}

class DomainReader {
 public:
  DomainReader(Machine& machine, const Postfix& postfix, const std::vector<std::string>& given,
               const std::vector<std::string>& guesses)
      : machine_(machine), postfix_(postfix), given_(given), guesses_(guesses) {}

  Domains read() {
    for (const auto list : kDomainLists) {
      const auto found = postfix_.lists.find(list);
      if (found != postfix_.lists.end()) read_list(list, found->second);
    }
    for (const auto& name : given_) {
      if (std::ranges::find(domains_.names, name) != domains_.names.end()) continue;
      // A person knows better than a table that could not be asked.
      domains_.names.push_back(name);
      domains_.unknown.push_back(name);
    }
    return std::move(domains_);
  }

 private:
  void read_list(std::string_view list, std::string_view value) {
    const auto items = parse_domain_items(value);
    read_items(list, items);
    for (const auto& file : items.files) read_file(list, file);
  }

  void read_items(std::string_view list, const DomainItems& items) {
    for (const auto& name : items.names) add(list, name, true);
    for (const auto& table : items.tables) list_table(list, table);
    for (const auto& table : items.asked_tables) ask_table(list, table);
  }

  void add(std::string_view list, std::string_view key, bool is_told) {
    auto domain = domain_of_key(key);
    if (domain.empty()) {
      if (is_told) add_once(std::string(key), domains_.passed_over);
      return;
    }
    const bool has_more = list == "relay_domains" && postfix_.has_subdomains && !domain.starts_with("*.");
    if (has_more) add_once("*." + domain, domains_.names);
    add_once(std::move(domain), domains_.names);
  }

  /// A file within a file is none that Postfix would read.
  void read_file(std::string_view list, const std::string& file) {
    const auto text = machine_.read(file);
    if (text && *text) return read_items(list, parse_domain_items(list_of_file(**text)));
    domains_.trouble.push_back(fmt::format("{}: {} can't be read", list, base::printable(file)));
  }

  void list_table(std::string_view list, const std::string& table) {
    const auto listed = machine_.run(postfix_.place.command("postmap", {"-s", table}));
    if (!listed.is_good()) {
      domains_.trouble.push_back(
          fmt::format("{}: {} can't be listed: {}", list, base::printable(table), listed.why()));
      return;
    }
    // Keys that are addresses are normal in virtual_alias_maps, from which virtual_alias_domains is taken.
    for (const auto& key : keys_of(listed.out)) add(list, key, false);
  }

  void ask_table(std::string_view list, const std::string& table) {
    add_once(fmt::format("{}: {}", list, base::printable(table)), domains_.unlisted);
    for (const auto* const names : {&given_, &guesses_}) {
      for (const auto& name : *names) {
        if (std::ranges::find(domains_.names, name) != domains_.names.end()) continue;
        const auto asked = machine_.run(postfix_.place.command("postmap", {"-q", name, table}));
        if (asked.is_good() && !base::trim(asked.out).empty()) add(list, name, false);
        // Postfix says nothing for "not found", and why it could not ask.
        if (!asked.is_good() && !asked.err.empty()) {
          domains_.trouble.push_back(
              fmt::format("{}: {} can't be asked: {}", list, base::printable(table), asked.why()));
          return;
        }
      }
    }
  }

  Machine& machine_;
  const Postfix& postfix_;
  const std::vector<std::string>& given_;
  const std::vector<std::string>& guesses_;
  Domains domains_;
};

}  // namespace

Command PostfixPlace::command(std::string_view program, Command arguments) const {
  Command command = {std::string(program)};
  if (!config_folder.empty()) {
    command.emplace_back(program == "sendmail" ? "-C" : "-c");
    command.push_back(config_folder);
  }
  command.insert(command.end(), std::make_move_iterator(arguments.begin()),
                 std::make_move_iterator(arguments.end()));
  return command;
}

base::Result<Postfix> read_postfix(Machine& machine, const PostfixPlace& place) {
  Command arguments = {"-x"};
  for (const auto list : kDomainLists) arguments.emplace_back(list);
  for (const auto parameter : kParameters) arguments.emplace_back(parameter);
  const auto printed = machine.run(place.command("postconf", std::move(arguments)));
  if (printed.status == Outcome::kNotStarted) return refuse("there is no Postfix: postconf is not found");
  if (!printed.is_good()) return refuse("postconf: " + printed.why());
  auto values = parse_parameters(printed.out);
  Postfix postfix;
  postfix.place = place;
  postfix.main_cf = values["config_directory"] + "/main.cf";
  postfix.queue_folder = values["queue_directory"];
  postfix.mail_owner = values["mail_owner"];
  postfix.mail_group = machine.group_of(postfix.mail_owner).value_or("");
  if (postfix.mail_group.empty()) {
    return refuse(
        fmt::format("mail_owner is {}, and there is no such user", base::printable(postfix.mail_owner)));
  }
  postfix.hostname = values["myhostname"];
  postfix.version = values["mail_version"];
  postfix.interfaces = values["inet_interfaces"];
  postfix.delimiter = values["recipient_delimiter"];
  postfix.log_file = values["maillog_file"];
  postfix.own_milters = values["non_smtpd_milters"];
  postfix.main = {values["content_filter"], values["smtpd_proxy_filter"], values["receive_override_options"],
                  values["smtpd_milter_maps"]};
  postfix.has_subdomains =
      find_element(values["parent_domain_matches_subdomains"], "relay_domains").has_value();
  postfix.lists = std::move(values);
  if (is_old(postfix.version)) {
    return refuse(
        fmt::format("this is Postfix {}, and setup takes 3.0 or newer; docs/operations.md says how "
                    "to put Backstop around it as a gateway",
                    base::printable(postfix.version)));
  }
  const auto text = machine.read(postfix.main_cf);
  if (!text) return refuse(text.error().message);
  if (!*text) return refuse(fmt::format("{}: no such file", base::printable(postfix.main_cf)));
  postfix.main_cf_text = **text;
  const auto services = machine.run(place.command("postconf", {"-M"}));
  if (!services.is_good()) return refuse("postconf -M: " + services.why());
  const auto expanded = machine.run(place.command("postconf", {"-Px"}));
  if (!expanded.is_good()) return refuse("postconf -Px: " + expanded.why());
  postfix.services = parse_services(services.out, expanded.out);
  const auto status = machine.run(place.command("postfix", {"status"}));
  // Only root is told; --apply takes root anyway.
  postfix.is_running = status.is_good() || status.err.contains("superuser");
  return postfix;
}

Domains read_domains(Machine& machine, const Postfix& postfix, const std::vector<std::string>& given,
                     const std::vector<std::string>& guesses) {
  return DomainReader(machine, postfix, given, guesses).read();
}

std::string find_aliases(Machine& machine, const Postfix& postfix, std::vector<std::string>& notes) {
  std::string found;
  const auto maps = postfix.lists.find("virtual_alias_maps");
  if (maps == postfix.lists.end()) return found;
  for (const auto& element : parse_list(maps->second)) {
    const auto path = text_of_table(element.text);
    if (path.empty()) {
      notes.push_back(fmt::format(
          "virtual_alias_maps: {} is no text in the form of virtual(5), so Backstop can't read these aliases",
          base::printable(element.text)));
    } else if (!found.empty()) {
      notes.push_back(fmt::format("virtual_alias_maps: only {} is taken as `aliases`, and not {}",
                                  base::printable(found), base::printable(path)));
    } else if (machine.is_there(path)) {
      found = path;
    }
  }
  return found;
}

}  // namespace backstop::setup
