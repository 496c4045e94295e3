// A machine in memory with a Postfix: files and folders in maps, and commands that answer from tables. An
// operation can fail on purpose.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "setup/machine.h"

namespace backstop::setup {

/// Takes every mail.
class WillingTalk : public SmtpTalk {
 public:
  base::Result<std::string> say(std::string_view line) override {
    return line == "DATA" ? "354 go on" : "250 ok";
  }
  base::Result<std::string> send(std::string_view) override { return "250 2.0.0 Ok: queued as 4ABC"; }
};

class MemoryMachine : public Machine {
 public:
  static constexpr std::string_view kMainCf = "/etc/postfix/main.cf";

  std::map<std::string, std::string> files;
  std::set<std::string> folders = {"/etc", "/etc/postfix", "/var/lib", "/var/spool/postfix"};
  std::map<std::string, std::string> answers;   ///< of commands, by their words with spaces between them
  std::map<std::string, std::string> failures;  ///< commands that fail, and what they say
  std::map<std::string, std::vector<std::string>> records;  ///< TXT records
  std::set<std::string> users = {"backstop", "postfix"};
  std::vector<std::string> ran;
  bool is_listening = false;  ///< at the milter's sockets
  int fails_at = -1;          ///< the operation that changes something and fails; counted from 0
  int operations = 0;

  MemoryMachine() {
    files[std::string(kMainCf)] = "myhostname = mx.example.org\nvirtual_mailbox_domains = example.org\n";
    answer_with({});
    answers["postconf -M"] = "smtp inet n - y - - smtpd\n";
    answers["postconf -Px"] = "";
    answers["backstop history -c /etc/backstop/backstop.toml --id 4ABC --json"] = "{}\n";
  }

  /// Sets what postconf says of main.cf, beside what is usual.
  void answer_with(std::map<std::string, std::string> more) {
    std::map<std::string, std::string> values = {{"config_directory", "/etc/postfix"},
                                                 {"queue_directory", "/var/spool/postfix"},
                                                 {"mail_owner", "postfix"},
                                                 {"myhostname", "mx.example.org"},
                                                 {"mail_version", "3.7.11"},
                                                 {"inet_interfaces", "all"},
                                                 {"mynetworks", "127.0.0.0/8"},
                                                 {"virtual_mailbox_domains", "example.org"}};
    for (auto& [name, value] : more) values[name] = value;
    parameters_.clear();
    for (const auto& [name, value] : values) parameters_ += name + " = " + value + "\n";
  }

  Outcome run(const Command& command, std::string_view) override {
    std::string words;
    for (const auto& word : command) words += (words.empty() ? "" : " ") + word;
    ran.push_back(words);
    if (command.front() == "/bin/sh") is_listening = words == "/bin/sh -c start";
    if (words == "systemctl restart backstop") is_listening = true;
    const auto failure = failures.find(words);
    if (failure != failures.end()) return {.status = 1, .out = {}, .err = failure->second};
    if (words.starts_with("postconf -x ")) return {.status = 0, .out = parameters_, .err = {}};
    if (words.starts_with("postconf -xh -o ")) return {.status = 0, .out = value_of(command), .err = {}};
    const auto found = answers.find(words);
    return {.status = 0, .out = found == answers.end() ? "" : found->second, .err = {}};
  }

  base::Result<std::optional<std::string>> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return std::optional<std::string>();
    return std::optional(found->second);
  }
  bool is_there(const std::string& path) override { return files.contains(path) || folders.contains(path); }
  bool is_folder(const std::string& path) override { return folders.contains(path); }
  std::optional<FileOwner> owner_of(const std::string& path) override {
    return files.contains(path) ? std::optional(FileOwner{}) : std::nullopt;
  }
  bool is_ours(const std::string&) override { return true; }
  std::optional<std::string> group_of(const std::string& user) override {
    return users.contains(user) ? std::optional(user) : std::nullopt;
  }
  base::Result<void> create(const std::string& path, std::string_view text, const FileOwner&) override {
    return change(path, [&] { files[path] = text; });
  }
  base::Result<void> replace(const std::string& path, std::string_view text) override {
    return change(path, [&] { files[path] = text; });
  }
  base::Result<void> make_folder(const std::string& path, const FileOwner&) override {
    return change(path, [&] { folders.insert(path); });
  }
  base::Result<void> remove(const std::string& path) override {
    return change(path, [&] { files.erase(path); });
  }
  bool remove_folder(const std::string& path) override {
    const auto next = files.lower_bound(path + "/");
    const auto inner = folders.lower_bound(path + "/");
    const bool is_empty = (next == files.end() || !next->first.starts_with(path + "/")) &&
                          (inner == folders.end() || !inner->starts_with(path + "/"));
    if (is_empty) folders.erase(path);
    return is_empty;
  }
  base::Result<void> greet_milter(const std::string&, const std::string&) override {
    if (is_listening) return {};
    return std::unexpected(base::Error{"nobody listens there"});
  }
  base::Result<std::vector<std::string>> look_up(const std::string& name) override {
    const auto found = records.find(name);
    return found == records.end() ? std::vector<std::string>() : found->second;
  }
  base::Result<std::unique_ptr<SmtpTalk>> connect(const std::string&, const std::string&) override {
    return std::make_unique<WillingTalk>();
  }
  void wait_a_moment() override {}
  std::chrono::sys_seconds now() override { return std::chrono::sys_days(std::chrono::year(2026) / 12 / 1); }

 private:
  base::Result<void> change(const std::string& path, const std::function<void()>& what) {
    if (operations++ == fails_at) return std::unexpected(base::Error{path + ": no space left on device"});
    what();
    return {};
  }

  /// Returns the value of -o for the list that is asked for last.
  static std::string value_of(const Command& command) {
    for (const auto& word : command) {
      if (word.starts_with(command.back() + "=")) return word.substr(command.back().size() + 1) + "\n";
    }
    return "";
  }

  std::string parameters_;
};

}  // namespace backstop::setup
