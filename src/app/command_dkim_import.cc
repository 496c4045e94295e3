#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <expected>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "base/day.h"
#include "base/text.h"
#include "config/dkim_folder.h"
#include "net/dns.h"

namespace backstop::app {

namespace {

struct ImportOptions {
  std::string folder;
  std::string file;  ///< empty: from DNS
  std::string selector;
  std::string domain;
  std::string from;
  std::string until;
  std::string server;  ///< empty: those of /etc/resolv.conf
};

struct Failure {
  int exit_status;
  std::string message;
};
template <typename T>
using Step = std::expected<T, Failure>;

std::unexpected<Failure> fail(int exit_status, std::string message) {
  return std::unexpected(Failure{exit_status, std::move(message)});
}

/// Puts the day of an option into `day`, which keeps what it has if the option was not given.
Step<void> read_day(std::string_view option, const std::string& text,
                    std::optional<std::chrono::sys_days>& day) {
  if (text.empty()) return {};
  day = base::parse_day(text);
  if (day) return {};
  return fail(kExitUsage,
              fmt::format("{}: \"{}\" is no day; write it as 2026-11-30", option, base::printable(text)));
}

net::Task<void> ask(net::Dns& dns, std::string name, net::DnsAnswer& answer) {
  answer = co_await dns.ask({net::RecordType::Txt, std::move(name)});
}

Step<net::DnsAnswer> look_up(const std::string& name, const std::string& server) {
  net::DnsSettings settings;
  if (!server.empty()) {
    const auto endpoint = net::parse_endpoint(server);
    if (!endpoint) return fail(kExitUsage, "--server: " + endpoint.error().message);
    settings.servers.push_back(*endpoint);
  }
  net::asio::io_context loop(1);
  auto dns = net::Dns::open(loop, std::move(settings));
  if (!dns) return fail(kExitUnavailable, dns.error().message);
  net::DnsAnswer answer;
  net::asio::co_spawn(loop, ask(*dns, name, answer), net::asio::detached);
  loop.run();
  return answer;
}

Step<dkim::KeyFile> from_dns(const std::string& name, const std::string& server) {
  using Kind = net::DnsAnswer::Kind;
  const auto answer = look_up(name, server);
  if (!answer) return std::unexpected(answer.error());
  if (answer->kind == Kind::Failed) {
    return fail(kExitInput, fmt::format("{}: the look-up failed: {}", name, answer->why));
  }
  if (answer->kind != Kind::Found) return fail(kExitNoInput, fmt::format("{}: there is no TXT record", name));
  for (const auto& text : answer->texts) {
    if (auto key = dkim::PublicKey::parse(text)) return dkim::KeyFile{text, {std::move(*key)}};
  }
  return fail(kExitData,
              fmt::format("{}: {}", name, dkim::PublicKey::parse_first(answer->texts).error().why));
}

Step<dkim::KeyFile> from_file(const std::string& path) {
  auto file = config::read_dkim_file(path);
  if (file) return std::move(*file);
  const bool is_readable = ::access(path.c_str(), R_OK) == 0;
  return fail(is_readable ? kExitData : kExitNoInput, file.error().message);
}

/// Returns what is said about the file that was written.
Step<std::string> import(const ImportOptions& options) {
  if (options.selector.contains('.') && !options.domain.contains('.')) {
    return fail(kExitUsage,
                fmt::format("\"{}\" is no domain: the selector comes first, as in: dkim-import ... {} {}",
                            base::printable(options.domain), base::printable(options.domain),
                            base::printable(options.selector)));
  }
  const auto name = dkim::make_key_name(options.selector, options.domain);
  if (!name) {
    return fail(kExitUsage, fmt::format("\"{}\" and \"{}\" are no names that DNS can have",
                                        base::printable(options.selector), base::printable(options.domain)));
  }
  auto file = options.file.empty() ? from_dns(name->text(), options.server) : from_file(options.file);
  if (!file) return std::unexpected(file.error());
  auto& key = file->key;
  if (auto read = read_day("--from", options.from, key.from); !read) return std::unexpected(read.error());
  if (auto read = read_day("--until", options.until, key.until); !read) return std::unexpected(read.error());
  if (key.from && key.until && *key.until < *key.from) return fail(kExitUsage, "--until is before --from");
  const std::string text = dkim::key_file_text(file->record, key.from, key.until);
  const auto path = config::add_dkim_key(options.folder, *name, text);
  if (!path) return fail(kExitCantCreate, path.error().message);
  return fmt::format("Wrote {}: {}{}.\n", base::printable(*path), key.key.description(),
                     key.key.is_testing() ? ", marked by its domain as a test" : "");
}

void run_import(const ImportOptions& options, CommandContext& context) {
  const auto said = import(options);
  if (!said) return report_error(context, said.error().exit_status, said.error().message);
  context.out << *said;
}

}  // namespace

void add_dkim_import_action(CLI::App& keys, CommandContext& context) {
  auto& action = *keys.add_subcommand(
      "dkim-import", "Keep a public key of DKIM in a folder, so that it verifies after its rotation");
  const auto options = std::make_shared<ImportOptions>();
  action.add_option("--into", options->folder, "The folder of keys")->type_name("FOLDER")->required();
  auto* const file =
      action.add_option("--file", options->file,
                        "A file with the TXT record, plain or as in a zone file; without it DNS is asked");
  file->type_name("FILE");
  action.add_option("--from", options->from, "The first day on which the key signed")->type_name("DATE");
  action.add_option("--until", options->until, "The last day on which it signed; it verifies 14 days more")
      ->type_name("DATE");
  action
      .add_option("--server", options->server, "The DNS server to ask, in place of those of /etc/resolv.conf")
      ->type_name("ADDRESS:PORT")
      ->excludes(file);
  action.add_option("SELECTOR", options->selector, "The selector: s= of the signatures")
      ->type_name("")
      ->required();
  action.add_option("DOMAIN", options->domain, "The domain: d= of the signatures")->type_name("")->required();
  action.callback([options, &context] { run_import(*options, context); });
}

}  // namespace backstop::app
