// The subcommand test: sends mail through the installation, and says what became of it. It is no unit test.
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/json/parse.hpp>
#include <cstring>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/history_options.h"
#include "app/trial_run.h"
#include "base/text.h"
#include "config/load.h"
#include "net/local_socket.h"
#include "os/random.h"
#include "report/fact_table.h"
#include "report/json_line.h"
#include "service/status_server.h"
#include "service/trial_page.h"

namespace backstop::app {

namespace {

namespace json = boost::json;
using service::TrialState;
using service::TrialStep;

constexpr std::string_view kFooter =
    "It sends a mail out, an ordinary mail without a sender in, a forged bounce in, and the bounce of the "
    "first mail in: four mails, to the two addresses and to nobody else. Each says in its subject that it is "
    "a test and can be deleted. Then it looks in the history for what became of them. It takes a minute at "
    "most.\n\n"
    "Without --to the first mail goes to the same mailbox. The bounce carries a watermark or a tag that is "
    "made here, so run it as a user who may read the keys; it also names the first mail, which the ledger "
    "knows if that left through Backstop.\n\n"
    "Exit status:\n"
    "  0   all is as it should be\n"
    "  1   something is wrong or could not be tried, or no server runs\n"
    "  64  the command line is wrong\n"
    "  65  the configuration has mistakes\n"
    "  66  the configuration is not there, or may not be read\n\n"
    "Examples:\n"
    "  backstop test --from ann@example.org --to ann@example.net\n"
    "  backstop test -c backstop.toml --server 192.0.2.1:25 --json\n";

struct TestOptions {
  std::string file = "/etc/backstop/backstop.toml";
  std::string from;
  std::string to;
  std::string server;
  std::string submission;
  std::string sendmail = "sendmail";
  bool is_json = false;
};

struct Loaded {
  config::Config config;
  bool has_keys = false;
};

/// Reads what this user may read: the keys, if possible. Returns nullopt after it said what is wrong.
std::optional<Loaded> load(const std::string& file, CommandContext& context) {
  auto whole = config::load_config(file);
  if (whole) return Loaded{std::move(whole->config), true};
  auto alone = config::read_config_file(file);
  if (alone) return Loaded{std::move(*alone), false};
  report_failure(context, alone.error());
  return std::nullopt;
}

std::optional<net::asio::ip::address> address_of(const sockaddr* socket) {
  if (socket == nullptr) return std::nullopt;
  if (socket->sa_family == AF_INET) {
    sockaddr_in found{};
    std::memcpy(&found, socket, sizeof found);
    return net::asio::ip::address_v4(ntohl(found.sin_addr.s_addr));
  }
  if (socket->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 found{};
  std::memcpy(&found, socket, sizeof found);
  net::asio::ip::address_v6::bytes_type bytes;
  std::ranges::copy(found.sin6_addr.s6_addr, bytes.begin());
  return net::asio::ip::address_v6(bytes);
}

/// Returns the addresses of this host (Linux has IPv4 first) without those of loopback and of a link.
std::vector<net::asio::ip::address> own_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, &::freeifaddrs);
  std::vector<net::asio::ip::address> addresses;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    const auto address = address_of(one->ifa_addr);
    const bool is_of_link = address && address->is_v6() && address->to_v6().is_link_local();
    if (address && !address->is_loopback() && !is_of_link) addresses.push_back(*address);
  }
  return addresses;
}

/// What the running server says.
struct Running {
  TrialStep step;
  std::vector<service::ListeningGateway> listening = {};
};

std::string text_of(const json::object& object, std::string_view key) {
  const auto* const value = object.if_contains(key);
  const auto* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::vector<service::ListeningGateway> listening_in(const json::object& status) {
  std::vector<service::ListeningGateway> found;
  const auto* const value = status.if_contains("gateways");
  const auto* const gateways = value == nullptr ? nullptr : value->if_array();
  if (gateways == nullptr) return found;
  for (const auto& one : *gateways) {
    const auto* const gateway = one.if_object();
    const auto* const addresses = gateway == nullptr ? nullptr : gateway->if_contains("addresses");
    if (addresses == nullptr || !addresses->is_array()) continue;
    auto& listening = found.emplace_back(text_of(*gateway, "name"));
    for (const auto& address : addresses->get_array()) {
      if (!address.is_string()) continue;
      if (auto endpoint = net::parse_endpoint(std::string_view(address.get_string())))
        listening.addresses.push_back(*endpoint);
    }
  }
  return found;
}

/// Returns nullopt after it said that no server runs: then no mail would say anything.
std::optional<Running> ask_server(const std::string& file, CommandContext& context) {
  Running running{.step = {.name = "server", .title = "Backstop runs"}};
  auto& step = running.step;
  const auto path = config::read_status_socket(file);
  if (!path || path->empty()) {
    step.state = TrialState::LeftOut;
    step.happened = "There is no socket to ask it at.";
    return running;
  }
  const auto answer = net::ask_local(*path, std::string(service::kStatusQuestion) + '\n');
  if (!answer && answer.error().kind == net::NoAnswer::Kind::NotAllowed) {
    step.happened = fmt::format("Nobody knows: {}.", answer.error().message);
    step.means = "Ask as root, or as the user or a member of the group that it runs as.";
    return running;
  }
  if (!answer) {
    report_error(context, kExitPartly,
                 answer.error().message + "; is `backstop serve` running, with this configuration?");
    return std::nullopt;
  }
  boost::system::error_code failed;
  const json::value value = json::parse(*answer, failed);
  const auto* const status = failed ? nullptr : value.if_object();
  if (status == nullptr || !status->contains("version")) {
    report_error(context, kExitPartly,
                 base::printable(*path) + ": what answers there is no Backstop of this version");
    return std::nullopt;
  }
  step.state = TrialState::Good;
  step.happened = fmt::format("Version {} answers at its socket.", text_of(*status, "version"));
  running.listening = listening_in(*status);
  return running;
}

/// Returns the mailbox that --from names, or the postmaster of the first domain.
std::optional<mail::Address> owner_of(const TestOptions& options, const config::Config& config,
                                      CommandContext& context) {
  if (options.from.empty()) {
    for (const auto& domain : config.gateway.domains) {
      if (!domain.name.starts_with('*')) return mail::Address{.local = "postmaster", .domain = domain.name};
    }
    report_error(context, kExitUsage, "test: no domain is written in full, so give --from an address");
    return std::nullopt;
  }
  auto address = mail::parse_address(options.from);
  if (!address || address->domain.empty()) {
    report_error(context, kExitUsage,
                 fmt::format("--from: \"{}\" is no address", base::printable(options.from)));
    return std::nullopt;
  }
  if (config.gateway.find_domain(address->domain) == nullptr) {
    report_error(
        context, kExitUsage,
        fmt::format("--from: {} is no domain of the configuration", base::printable(address->domain)));
    return std::nullopt;
  }
  return *address;
}

std::optional<service::TrialNames> names_of(const TestOptions& options, const config::Config& config,
                                            CommandContext& context) {
  const auto owner = owner_of(options, config, context);
  if (!owner) return std::nullopt;
  mail::Address addressee = *owner;
  if (!options.to.empty()) {
    auto address = mail::parse_address(options.to);
    if (!address || address->domain.empty()) {
      report_error(context, kExitUsage,
                   fmt::format("--to: \"{}\" is no address", base::printable(options.to)));
      return std::nullopt;
    }
    addressee = std::move(*address);
  }
  std::array<unsigned char, 8> run{};
  if (!os::fill_random(run)) {
    report_error(context, kExitInput, "the system has no random bytes");
    return std::nullopt;
  }
  return service::TrialNames{
      .hostname = config.gateway.hostname,
      .owner = *owner,
      .addressee = std::move(addressee),
      .run = base::hex(run),
      .now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
}

/// The first lines, which tell who gets mail before anybody does.
std::string beginning(const service::TrialNames& names, const service::TrialWay& in,
                      const service::TrialWay& out) {
  std::string text;
  if (in.is_there()) text += fmt::format("Test mail for {} comes in by {}. ", names.owner.text(), in.words);
  if (out.is_there())
    text += fmt::format("A test mail to {} leaves by {}. ", names.addressee.text(), out.words);
  if (!text.empty()) text += "This takes a minute at most.";
  return text.empty() ? text : report::wrap(base::printable(text, 1000)) + '\n';
}

void print(const std::vector<TrialStep>& steps, const service::TrialNames& names, const TestOptions& options,
           CommandContext& context) {
  if (options.is_json) {
    context.out << report::json_line(service::trial_json(steps, names.owner.text(), names.addressee.text()));
  } else {
    context.out << service::trial_rows(steps) << '\n' << service::trial_ending(steps, names.owner.text());
  }
  if (!service::is_all_good(steps)) context.exit_status = std::max(context.exit_status, kExitPartly);
}

void run(const TestOptions& options, CommandContext& context) {
  const auto loaded = load(options.file, context);
  if (!loaded) return;
  const auto& config = loaded->config;
  const auto names = names_of(options, config, context);
  if (!names) return;
  auto running = ask_server(options.file, context);
  if (!running) return;
  const service::TrialPlaces places{.server = options.server,
                                    .submission = options.submission,
                                    .listening = std::move(running->listening),
                                    .own_addresses = own_addresses()};
  const auto in = service::way_in(config, places);
  if (!in) return report_error(context, kExitUsage, "--server: " + in.error().message);
  const auto out = service::way_out(config, places);
  if (!out) return report_error(context, kExitUsage, "--submission: " + out.error().message);
  std::unique_ptr<store::HistoryReader> history;
  if (config.history_enabled) {
    if (auto opened = store::open_history_for_reading(config.history.url)) history = std::move(*opened);
  }
  if (!options.is_json) context.out << beginning(*names, *in, *out) << std::flush;
  auto steps = run_trial({.config = config,
                          .has_keys = loaded->has_keys,
                          .names = *names,
                          .in = *in,
                          .out = *out,
                          .sendmail = options.sendmail,
                          .history = history.get()});
  steps.insert(steps.begin(), std::move(running->step));
  print(steps, *names, options, context);
}

}  // namespace

void add_test_command(CLI::App& root, CommandContext& context) {
  auto& command = *root.add_subcommand(
      "test", "Send test mails through the running installation, and tell what became of them");
  const auto options = std::make_shared<TestOptions>();
  command.add_option("-c,--config", options->file, "The configuration that the server runs with")
      ->type_name("FILE")
      ->check(not_empty())
      ->capture_default_str();
  command
      .add_option("--from", options->from,
                  "The mailbox of yours that is tested; without it, postmaster of the first domain")
      ->type_name("ADDRESS")
      ->check(an_address());
  command
      .add_option("--to", options->to,
                  "Whom the mail that leaves is for, such as an address of yours at another provider")
      ->type_name("ADDRESS")
      ->check(an_address());
  command
      .add_option(
          "--server", options->server,
          "Where mail comes in; without it, the inbound gateway, or port 25 of this host for a milter")
      ->type_name("HOST:PORT")
      ->check(not_empty());
  command
      .add_option("--submission", options->submission,
                  "Where mail leaves without a login; without it, the outbound gateway, or sendmail(1) for a "
                  "milter")
      ->type_name("HOST:PORT")
      ->check(not_empty());
  command.add_option("--sendmail", options->sendmail, "The program in place of sendmail(1)")
      ->type_name("PATH")
      ->check(not_empty());
  command.add_flag("--json", options->is_json, "Print one JSON object (docs/command-line.md)");
  command.footer(std::string(kFooter));
  command.callback([options, &context] { run(*options, context); });
}

}  // namespace backstop::app
