// The subcommand status: asks the running server what it does.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "config/load.h"
#include "net/local_socket.h"
#include "report/json_line.h"
#include "report/status_page.h"
#include "service/status_server.h"

namespace backstop::app {

namespace {

struct StatusOptions {
  std::string file = "/etc/backstop/backstop.toml";
  bool is_given = false;  ///< `file`, which is the default otherwise
  bool is_json = false;
};

/// No server runs, or it does not answer: what cron and monitoring ask for.
constexpr int kExitNoServer = kExitPartly;

int exit_status_of(const net::NoAnswer& failed) {
  return failed.kind == net::NoAnswer::Kind::NotAllowed ? kExitNoInput : kExitNoServer;
}

std::string words_of(const net::NoAnswer& failed) {
  switch (failed.kind) {
    case net::NoAnswer::Kind::NoServer:
      return failed.message + "; is `backstop serve` running, with this configuration?";
    case net::NoAnswer::Kind::NotAllowed:
      return failed.message + "; ask as root, or as the user or a member of the group that it runs as";
    case net::NoAnswer::Kind::Failed:
      return failed.message;
  }
  return failed.message;
}

/// Reads the answer; whoever may listen at the socket, nothing but an object is taken.
base::Result<boost::json::object> read_answer(std::string_view answer) {
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(answer, failed);
  if (failed || !value.is_object())
    return std::unexpected(base::Error{"what answers there is no Backstop of this version"});
  auto& object = value.get_object();
  const auto* const error = object.if_contains("error");
  if (error == nullptr) return std::move(object);
  const auto* const words = error->if_string();
  return std::unexpected(base::Error{
      fmt::format("the server has no answer: {}",
                  words == nullptr ? std::string("?") : base::printable(std::string_view(*words)))});
}

void run(const StatusOptions& options, CommandContext& context) {
  const auto found = config::read_status_socket(options.file);
  if (!found && !options.is_given && found.error().kind == config::LoadFailure::Kind::Unreadable) {
    return report_error(context, app::exit_status_of(found.error()),
                        found.error().lines.front() + "; give the configuration of the server with -c FILE");
  }
  if (!found) return report_failure(context, found.error());
  const auto& path = *found;
  if (path.empty()) {
    return report_error(
        context, kExitData,
        base::printable(options.file) +
            R"(: there is no store, and so no socket: set "status_socket" in [server], and restart)");
  }
  const auto answer = net::ask_local(path, std::string(service::kStatusQuestion) + '\n');
  if (!answer) return report_error(context, exit_status_of(answer.error()), words_of(answer.error()));
  const auto status = read_answer(*answer);
  if (!status) {
    return report_error(context, kExitNoServer,
                        fmt::format("{}: {}", base::printable(path), status.error().message));
  }
  context.out << (options.is_json ? report::json_line(*status) : report::status_page(*status));
}

}  // namespace

void add_status_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("status",
                                       "Ask the running server what it does: sessions, the counts "
                                       "of the day, next hops, stores");
  const auto options = std::make_shared<StatusOptions>();
  auto* const file =
      command.add_option("-c,--config", options->file, "The configuration that the server runs with");
  file->type_name("FILE")->check(not_empty())->capture_default_str();
  command.add_flag("--json", options->is_json, "Print one JSON object (docs/command-line.md)");
  command.footer(
      "It asks through the socket that \"status_socket\" in [server] names; without that setting, the "
      "socket is beside the file of the history. Only root, and the user and the group of the server, may "
      "ask. If no server answers, the exit status is 1.\n\n"
      "Example:\n"
      "  backstop status -c /etc/backstop/backstop.toml\n");
  command.callback([options, file, &context] {
    options->is_given = file->count() > 0;
    run(*options, context);
  });
}

}  // namespace backstop::app
