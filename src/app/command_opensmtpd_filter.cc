// The subcommand opensmtpd-filter: OpenSMTPD starts it, and asks the milter through it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/history_options.h"
#include "base/text.h"
#include "config/load.h"
#include "net/loop.h"
#include "opensmtpd/bridge.h"
#include "os/process.h"

namespace backstop::app {

namespace {

struct FilterOptions {
  std::string file = "/etc/backstop/backstop.toml";
  std::string if_down = "accept";
  std::string daemon;
};

std::optional<net::Target> target_of(const std::vector<net::Place>& places) {
  if (places.empty()) return std::nullopt;
  const auto& place = places.front();
  if (place.is_local()) return net::Target{.host = {}, .port = 0, .path = place.path};
  return net::Target{.host = place.endpoint.address.to_string(), .port = place.endpoint.port, .path = {}};
}

/// OpenSMTPD starts without Backstop, too, so the file is read when a mail comes.
base::Result<opensmtpd::Places> find_places(const std::string& file) {
  const auto config = config::read_config_file(file);
  if (!config) return std::unexpected(base::Error{config.error().lines.front()});
  if (!config->milter.is_used())
    return std::unexpected(base::Error{base::printable(file) + ": there is no [milter]"});
  return opensmtpd::Places{.smtp = target_of(config->milter.listen),
                           .internal = target_of(config->milter.internal)};
}

void run(const FilterOptions& options, CommandContext& context) {
  if (::isatty(STDIN_FILENO) == 1) {
    return report_error(context, kExitUsage,
                        "OpenSMTPD starts this command, from a line of smtpd.conf; --help has the line");
  }
  const auto tell = [&context](std::string_view text) { context.err << "backstop: " << text << std::endl; };
  os::raise_file_limit();
  net::Loop loop(1);
  opensmtpd::Bridge bridge(loop, STDIN_FILENO, STDOUT_FILENO,
                           {.session = {.tempfail = options.if_down == "tempfail", .daemon = options.daemon},
                            .find_places = [&options] { return find_places(options.file); },
                            .tell = tell});
  if (const auto places = find_places(options.file); !places) tell(places.error().message);
  boost::asio::co_spawn(loop.context(), loop.deadlines().run(), [](const std::exception_ptr&) {});
  boost::asio::co_spawn(loop.context(), bridge.run(),
                        [&](const std::exception_ptr& failed, const base::Result<void>& done) {
                          if (failed != nullptr) {
                            report_error(context, kExitInput, "it failed");
                          } else if (!done) {
                            report_error(context, kExitInput, done.error().message);
                          }
                          loop.close_all();
                          loop.context().stop();
                        });
  loop.context().run();
}

}  // namespace

void add_opensmtpd_filter_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand("opensmtpd-filter",
                                       "Be a filter of OpenSMTPD, which starts it: asks the milter of "
                                       "the running server about each mail");
  const auto options = std::make_shared<FilterOptions>();
  command.add_option("-c,--config", options->file, "The configuration that the server runs with")
      ->type_name("FILE")
      ->check(not_empty())
      ->capture_default_str();
  command
      .add_option("--if-down", options->if_down,
                  "What becomes of a mail if the server can't be asked: accept (it goes on unjudged) or "
                  "tempfail (its sender hears 451 and tries again)")
      ->type_name("WORD")
      ->check(CLI::IsMember({"accept", "tempfail"}))
      ->capture_default_str();
  command
      .add_option("--daemon", options->daemon,
                  "The name by which `outbound_daemons` in [milter] knows the listeners of this filter")
      ->type_name("NAME");
  command.footer(
      "It speaks OpenSMTPD's filter protocol on standard input and output, and writes to its log by standard "
      "error. It runs as a user that may read the configuration and connect to the sockets of [milter]. What "
      "to write into smtpd.conf is in docs/install/opensmtpd.md.\n\n"
      "Example, in smtpd.conf:\n"
      "  filter \"backstop\" proc-exec \"/usr/bin/backstop opensmtpd-filter\" user backstop\n"
      "  listen on socket filter \"backstop\"\n"
      "  listen on eth0 filter \"backstop\"\n");
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
