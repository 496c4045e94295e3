// The subcommand user: who may log in to the dashboard.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/text.h"
#include "config/load.h"
#include "http/users.h"
#include "mail/address.h"
#include "origin/tag.h"

namespace backstop::app {

namespace {

struct UserOptions {
  std::string file;
  std::string name;
  std::string role = "owner";
  std::vector<std::string> addresses;
};

/// Turns the echo of the terminal off while it lives.
class NoEcho {
 public:
  NoEcho() {
    is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~NoEcho() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

  bool is_terminal() const { return is_terminal_; }

 private:
  termios before_{};
  bool is_terminal_ = false;
};

std::string read_line(std::istream& in) {
  std::string line;
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// Asks twice at a terminal; else takes the first line of standard input.
base::Result<std::string> read_password(CommandContext& context) {
  const NoEcho silence;
  if (silence.is_terminal()) context.err << "Password: " << std::flush;
  std::string password = read_line(context.in);
  if (silence.is_terminal()) {
    context.err << "\nOnce more: " << std::flush;
    const bool is_same = read_line(context.in) == password;
    context.err << '\n';
    if (!is_same)
      return std::unexpected(base::Error{"the two passwords are not the same; nothing was changed"});
  }
  if (password.size() >= http::Users::kLeastPassword && password.size() <= http::Users::kMostPassword)
    return password;
  return std::unexpected(
      base::Error{fmt::format("the password has {} bytes; it must have {} to {}", password.size(),
                              http::Users::kLeastPassword, http::Users::kMostPassword)});
}

/// Returns the path of the file of users, or nullopt after it said why there is none.
std::optional<std::string> users_file(const UserOptions& options, CommandContext& context) {
  const auto loaded = config::load_config(options.file);
  if (!loaded) {
    report_failure(context, loaded.error());
    return std::nullopt;
  }
  if (loaded->config.http.users.empty()) {
    report_error(
        context, kExitData,
        base::printable(options.file) + ": [http] has no \"users\": the file that says who may log in");
    return std::nullopt;
  }
  if (!become_user_of(loaded->config, context)) return std::nullopt;
  return loaded->config.http.users;
}

/// Returns the addresses in the form in which mail is compared with them.
base::Result<std::vector<std::string>> addresses_of(const UserOptions& options) {
  std::vector<std::string> addresses;
  for (const auto& one : options.addresses) {
    const auto parsed = mail::parse_address(one);
    if (!parsed || one.contains(',') || one.contains(':'))
      return std::unexpected(base::Error{fmt::format("{} is no address of an owner", base::printable(one))});
    addresses.push_back(origin::search_key(one));
  }
  return addresses;
}

void run_add(const UserOptions& options, CommandContext& context) {
  if (auto why = http::why_no_name(options.name); !why.empty()) return report_error(context, kExitUsage, why);
  const auto role = http::role_of(options.role);
  const auto addresses = addresses_of(options);
  if (!addresses) return report_error(context, kExitUsage, addresses.error().message);
  if (*role == http::Role::Owner && addresses->empty())
    return report_error(context, kExitUsage, "an owner sees the mail of his addresses alone; give --address");
  const auto path = users_file(options, context);
  if (!path) return;
  const auto password = read_password(context);
  if (!password) return report_error(context, kExitData, password.error().message);
  auto hash = http::hash_password(*password);
  if (!hash) return report_error(context, kExitInput, hash.error().message);
  bool is_new = true;
  const auto done = http::change_users(*path, [&](http::Users& users) -> base::Result<void> {
    is_new = users.find(options.name) == nullptr;
    users.put({.name = options.name, .role = *role, .password_hash = *hash, .addresses = *addresses});
    return {};
  });
  if (!done) return report_error(context, kExitCantCreate, done.error().message);
  context.out << fmt::format("{} may log in as {}{}.\n", options.name, options.role,
                             is_new ? "" : ", with the new password and role");
}

void run_list(const UserOptions& options, CommandContext& context) {
  const auto path = users_file(options, context);
  if (!path) return;
  const auto users = http::read_users(*path);
  if (!users) return report_error(context, kExitNoInput, users.error().message);
  if (users->all().empty()) context.out << "Nobody may log in.\n";
  for (const auto& user : users->all())
    context.out << fmt::format("{:<20}  {:<8}  {}\n", user.name, http::name(user.role),
                               fmt::join(user.addresses, ", "));
}

void run_delete(const UserOptions& options, CommandContext& context) {
  const auto path = users_file(options, context);
  if (!path) return;
  bool is_there = false;
  const auto done = http::change_users(*path, [&](http::Users& users) -> base::Result<void> {
    is_there = users.remove(options.name);
    return {};
  });
  if (!done) return report_error(context, kExitCantCreate, done.error().message);
  if (!is_there)
    return report_error(context, kExitNoInput, "there is no user " + base::printable(options.name));
  context.out << fmt::format("{} may no longer log in; who is logged in stays so until the next restart.\n",
                             base::printable(options.name));
}

using Run = void (*)(const UserOptions&, CommandContext&);

CLI::App& add_action(CLI::App& command, const std::shared_ptr<UserOptions>& options, CommandContext& context,
                     const char* name, const char* description, Run run) {
  auto& action = *command.add_subcommand(name, description);
  action.add_option("-c,--config", options->file, "The configuration")->type_name("FILE")->required();
  action.callback([options, run, &context] { run(*options, context); });
  return action;
}

}  // namespace

void add_user_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("user", "Say who may log in to the dashboard");
  command.require_subcommand(1);
  const auto options = std::make_shared<UserOptions>();
  auto& add =
      add_action(command, options, context, "add",
                 "Add a user, or set a user's password and role anew. The password is asked for, or is the "
                 "first line of standard input",
                 run_add);
  auto& remove = add_action(command, options, context, "delete", "Take a user out", run_delete);
  for (auto* const action : {&add, &remove})
    action->add_option("NAME", options->name, "Letters, digits and . _ @ -")->type_name("")->required();
  add.add_option(
         "--role", options->role,
         "owner sees the mail of his addresses, operator sees all and releases what is kept, admin also "
         "changes stages")
      ->type_name("ROLE")
      ->check(CLI::IsMember(std::vector<std::string>(http::kRoleNames.begin(), http::kRoleNames.end())))
      ->capture_default_str();
  add.add_option("--address", options->addresses, "An address of the owner; may be given several times")
      ->type_name("ADDRESS");
  add_action(command, options, context, "list", "List the users", run_list);
  command.footer(
      "Example:\n"
      "  backstop user add anna -c /etc/backstop/backstop.toml --role admin\n");
}

}  // namespace backstop::app
