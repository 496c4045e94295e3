#include "config/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/day.h"
#include "base/text.h"
#include "config/dkim_folder.h"
#include "config/draft.h"
#include "config/effective.h"
#include "config/key_file.h"
#include "config/map_file.h"
#include "config/reader.h"
#include "config/settings.h"
#include "config/status_socket.h"
#include "config/texts.h"
#include "directory/file_directory.h"
#include "intake/ready_table.h"
#include "net/local_socket.h"
#include "net/tls.h"
#include "os/byte_source.h"
#include "os/process.h"
#include "store/url.h"

namespace backstop::config {

namespace {

std::string why_not_read(int error) {
  if (error == ENOENT) return "no such file";
  if (error == EACCES) return "no permission to read it";
  return std::strerror(error);
}

/// Reads at most one byte past the cap, so that a device that never ends is refused like a large file.
base::Result<std::string> read_file(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return std::unexpected(base::Error{"it is a folder; a configuration file is wanted"});
  os::FileDescriptor file = os::open_to_read(path);
  if (!file.is_open()) return std::unexpected(base::Error{why_not_read(errno)});
  // A shell's <(...) is a pipe whose writer may take its time; a pipe without a writer would never end.
  constexpr std::chrono::milliseconds kLongestWait = std::chrono::seconds(10);
  if (!os::is_ready_to_read(file, kLongestWait))
    return std::unexpected(base::Error{"it is a pipe into which nobody writes"});
  os::FileSource source(std::move(file));
  std::string text;
  const auto read = os::read_up_to(source, kTomlMost + 1, text);
  if (!read) return std::unexpected(read.error());
  return text;
}

void check_sealing_key(Draft& draft) {
  if (draft.config.gateway.keys.signing_key() != nullptr) return;
  const auto check = [&](const store::QuarantineSettings& settings, Section section) {
    if (settings.url.empty()) return;
    handle(draft, {section}, &store::QuarantineSettings::url)
        .mistake(
            "what is kept is encrypted with the key that signs, and the key file has none; run: backstop "
            "keys rotate " +
            base::printable(draft.config.key_file));
  };
  check(draft.config.quarantine, Section::Quarantine);
  check(draft.config.held, Section::WayOut);
}

void load_keys(Draft& draft) {
  if (draft.config.key_file.empty()) return;
  auto keys = read_key_file(draft.config.key_file);
  if (!keys) return handle(draft, {Section::Keys}, &Config::key_file).mistake(keys.error().message);
  auto& site = draft.config.gateway;
  site.watermark_keys = origin::WatermarkKeys(*keys);
  site.has_watermark = draft.config.watermark && site.watermark_keys.signing_number();
  site.keys = std::move(*keys);
  check_sealing_key(draft);
}

void load_dkim_keys(Draft& draft) {
  if (draft.config.dkim_folder.empty()) return;
  auto keys = read_dkim_folder(draft.config.dkim_folder);
  if (!keys) return handle(draft, {Section::Proofs}, &Config::dkim_folder).mistake(keys.error().message);
  draft.config.gateway.dkim_keys = std::move(*keys);
}

void load_certificate(Draft& draft) {
  const auto& files = draft.config.tls;
  if (files.certificate.empty() || files.key.empty()) return;
  auto context = net::server_tls(files.certificate, files.key);
  if (context) {
    draft.config.gateway.tls = std::move(*context);
    if (draft.config.http_files.has_tls) draft.config.http.tls = draft.config.gateway.tls;
  } else {
    const std::string& message = context.error().message;
    const bool is_about_key = message.starts_with(base::printable(files.key) + ": ");
    handle(draft, {Section::Tls}, is_about_key ? &TlsFiles::key : &TlsFiles::certificate).mistake(message);
  }
}

void read_aliases(const std::string& path, const SettingHandle& setting, intake::AliasTable& table) {
  auto file = read_alias_file(path, setting.draft().config.gateway.tags.delimiter);
  if (!file) return setting.mistake(fmt::format("{}: {}", base::printable(path), file.error().message));
  for (const auto& line : map_warnings(path, file->reading)) setting.warning(line);
  table.replace(std::move(file->reading.aliases), std::move(file->stamp));
}

SettingHandle alias_setting(std::size_t domain, Draft& draft) {
  return handle(draft, {Section::Domain, domain}, &intake::DomainSettings::alias_file);
}

/// Domains with the same file share one table.
void load_aliases(Draft& draft) {
  std::set<const intake::AliasTable*> read;
  const auto& domains = draft.config.gateway.domains;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    const auto& [path, table] = std::tie(domains[i].alias_file, domains[i].aliases);
    if (table != nullptr && read.insert(table.get()).second)
      read_aliases(path, alias_setting(i, draft), *table);
  }
}

SettingHandle ready_setting(std::size_t domain, Draft& draft) {
  return handle(draft, {Section::Domain, domain}, &intake::DomainSettings::ready_since);
}

/// Says from when a declared day acts, or that it acts on nothing.
void check_ready_days(std::chrono::sys_days today, Draft& draft) {
  constexpr std::chrono::days kYear{366};
  const auto& site = draft.config.gateway;
  // If the key file can't be read, that is the mistake to tell.
  const bool has_unread_keys = !draft.config.key_file.empty() && site.keys.keys().empty();
  for (std::size_t i = 0; i < site.domains.size(); ++i) {
    const auto& day = site.domains[i].ready_since;
    if (!day) continue;
    if (!has_unread_keys && !intake::has_declarable_proof(site.domains[i], site))
      ready_setting(i, draft).warning(
          "there are no watermarks, no tags and no dkim_keys for which it could count, "
          "so the domain is not ready");
    if (*day <= today) continue;
    ready_setting(i, draft).warning(fmt::format(
        "it counts from {} on{}; until then the domain is not ready, and nothing is refused for it",
        base::format_day(*day), *day > today + kYear ? ", more than a year ahead" : ""));
  }
}

SettingHandle recipients_setting(std::size_t domain, Draft& draft) {
  return handle(draft, {Section::Domain, domain}, &intake::DomainSettings::recipients);
}

void read_recipients(const SettingHandle& setting, directory::FileDirectory& directory) {
  const std::string shown = base::printable(directory.path());
  auto file = read_recipient_file(directory.path());
  if (!file) return setting.mistake(fmt::format("{}: {}", shown, file.error().message));
  for (const auto& line : map_warnings(directory.path(), file->reading)) setting.warning(line);
  const auto& domains = setting.draft().config.gateway.domains;
  if (const auto none = domain_without_recipients(file->reading.list, directory, domains); !none.empty()) {
    return setting.mistake(fmt::format("{}: it has no recipient of {}, so all mail of it would be refused",
                                       shown, base::printable(none)));
  }
  directory.replace(std::move(file->reading.list), std::move(file->stamp));
}

void load_recipients(Draft& draft) {
  std::set<const directory::Directory*> read;
  const auto& domains = draft.config.gateway.domains;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    auto* const file = dynamic_cast<directory::FileDirectory*>(domains[i].recipient_directory.get());
    if (file != nullptr && read.insert(file).second) read_recipients(recipients_setting(i, draft), *file);
  }
}

bool is_verified(const next_hop::NextHop& next_hop) {
  return next_hop.tls == next_hop::Tls::Verified;
}

bool has_verified_hop(const gateway::Settings& settings) {
  return std::ranges::any_of(settings.gateways, [](const auto& one) { return is_verified(one.next_hop); }) ||
         std::ranges::any_of(settings.domains,
                             [](const auto& one) { return one.next_hop && is_verified(*one.next_hop); });
}

void load_next_hop_tls(Draft& draft) {
  auto& settings = draft.config.gateway;
  auto plain = net::client_tls(net::TlsVerify::No);
  if (plain) {
    settings.next_hop_tls = std::move(*plain);
  } else {
    draft.mistake({}, plain.error().message);
  }
  if (!has_verified_hop(settings)) return;
  auto verified = net::client_tls(net::TlsVerify::Yes, settings.next_hop_ca);
  if (verified) {
    settings.next_hop_tls_verified = std::move(*verified);
  } else {
    handle(draft, {Section::Tls}, &gateway::Settings::next_hop_ca).mistake(verified.error().message);
  }
}

/// A file that a reload reads again, then as the configured user.
struct ReadAgain {
  std::string file;
  std::optional<SettingHandle> setting;  ///< that names it; none for the configuration itself
};

std::vector<ReadAgain> read_again(Draft& draft, const std::string& own_file) {
  const Config& config = draft.config;
  std::vector<ReadAgain> files = {{.file = own_file, .setting = std::nullopt}};
  const auto add = [&](const std::string& file, SettingHandle setting) {
    if (!file.empty()) files.push_back({file, setting});
  };
  add(config.key_file, handle(draft, {Section::Keys}, &Config::key_file));
  add(config.dkim_folder, handle(draft, {Section::Proofs}, &Config::dkim_folder));
  add(config.tls.certificate, handle(draft, {Section::Tls}, &TlsFiles::certificate));
  add(config.tls.key, handle(draft, {Section::Tls}, &TlsFiles::key));
  add(config.gateway.next_hop_ca, handle(draft, {Section::Tls}, &gateway::Settings::next_hop_ca));
  for (std::size_t i = 0; i < config.gateway.domains.size(); ++i) {
    const auto& domain = config.gateway.domains[i];
    add(domain.alias_file, alias_setting(i, draft));
    if (!domain.recipients.empty())
      add(domain.recipients.substr(kFileScheme.size()), recipients_setting(i, draft));
  }
  return files;
}

/// `own_file` is the configuration's.
void check_readable(const os::User& user, const std::string& own_file, Draft& draft) {
  std::vector<std::string> names;
  const auto files = read_again(draft, own_file);
  for (const auto& one : files) names.push_back(one.file);
  const auto unreadable = os::unreadable_for(user, names);
  for (const auto& [file, setting] : files) {
    if (std::ranges::count(unreadable, file) == 0) continue;
    const std::string shown = base::printable(file);
    const std::string what =
        fmt::format("the user \"{}\" can't read {}, so a reload would fail; {}", user.name, shown,
                    file == draft.config.key_file ? fmt::format("run: chown {} {}", user.name, shown)
                                                  : "let that user read it, and enter its folder");
    if (setting) {
      setting->warning(what);
    } else {
      draft.warning({}, what);
    }
  }
}

/// Returns what must be writable for a store to be opened: its files that are there, and its folder. If the
/// folder is missing, it is made in the one above.
std::vector<std::string> places_of(const std::string& url) {
  const std::filesystem::path file = store::path_of(url);
  std::filesystem::path folder = file.parent_path();
  std::error_code failed;
  if (!std::filesystem::exists(folder, failed)) folder = folder.parent_path();
  std::vector<std::string> places;
  // A ledger has the last two, and a quarantine or held store the last.
  for (const char* const suffix : {"", "-wal", "-shm", ".keys", ".lock"}) {
    const std::string name = file.string() + suffix;
    if (std::filesystem::exists(name, failed)) places.push_back(name);
  }
  if (std::filesystem::exists(folder, failed)) places.push_back(folder.string());
  return places;
}

void check_store(const os::User& user, const std::string& url, std::string_view what,
                 const SettingHandle& setting) {
  for (const auto& place : os::unwritable_for(user, places_of(url))) {
    const std::string shown = base::printable(place);
    std::error_code failed;
    const bool is_folder = std::filesystem::is_directory(place, failed);
    setting.warning(fmt::format(
        "the user \"{}\" can't write to {}, so `serve` can't open the {}; {}", user.name, shown, what,
        is_folder ? "let that user write there" : fmt::format("run: chown {} {}", user.name, shown)));
  }
}

void check_stores(const os::User& user, Draft& draft) {
  const Config& config = draft.config;
  if (config.history_enabled) {
    // The default is made absolute only later.
    check_store(user, resolve_url(config.history.url, draft.folder), "history",
                handle(draft, {Section::History}, &store::HistorySettings::url));
  }
  if (!config.ledger.url.empty()) {
    check_store(user, config.ledger.url, "ledger",
                handle(draft, {Section::Ledger}, &store::LedgerSettings::url));
  }
  if (!config.quarantine.url.empty()) {
    check_store(user, config.quarantine.url, "quarantine",
                handle(draft, {Section::Quarantine}, &store::QuarantineSettings::url));
  }
  if (!config.held.url.empty()) {
    check_store(user, config.held.url, name(config.held.place),
                handle(draft, {Section::WayOut}, &store::QuarantineSettings::url));
  }
}

void check_user(const std::string& own_file, Draft& draft) {
  const std::string& name = draft.config.server.user;
  if (name.empty()) return;
  if (const auto user = os::find_user(name)) {
    check_readable(*user, own_file, draft);
    check_stores(*user, draft);
    return;
  }
  handle(draft, {Section::Server}, &ServerSettings::user)
      .mistake(fmt::format("there is no user \"{}\" on this system", name));
}

/// The socket beside a store may have too long a path, though the store itself has not.
void check_default_socket(const SettingHandle& setting) {
  const std::string path = status_socket_of(setting.draft().config);
  if (path.size() <= net::kMostLocalPath) return;
  setting.warning(
      fmt::format("the path of the socket would be {}, which has {} bytes, and that of a socket may have {}, "
                  "so `backstop status` gets no answer; set a shorter one, such as \"/run/backstop/status\"",
                  base::printable(path), path.size(), net::kMostLocalPath));
}

void check_status_folder(Draft& draft) {
  const auto& config = draft.config;
  const SettingHandle setting = handle(draft, {Section::Server}, &ServerSettings::status_socket);
  if (setting.is_broken()) return;
  if (config.server.status_socket.empty()) return check_default_socket(setting);
  const std::string folder = std::filesystem::path(config.server.status_socket).parent_path().string();
  constexpr std::string_view kThen = "so `backstop status` gets no answer";
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed)) {
    setting.warning(fmt::format("there is no folder {}, {}", base::printable(folder), kThen));
    return;
  }
  const auto user = os::find_user(config.server.user);
  if (!user || os::unwritable_for(*user, {folder}).empty()) return;
  setting.warning(
      fmt::format("the user \"{}\" can't make files in {}, {}", user->name, base::printable(folder), kThen));
}

void check_log(Draft& draft) {
  const std::string& file = draft.config.log.file;
  if (file.empty()) return;
  std::error_code failed;
  const auto folder = std::filesystem::path(file).parent_path();
  if (folder.empty() || std::filesystem::is_directory(folder, failed)) return;
  handle(draft, {Section::Log}, &os::LogSettings::file)
      .mistake(fmt::format("there is no folder {}", base::printable(folder.string())));
}

std::vector<std::string> lines_of(const Reading& reading) {
  std::vector<std::string> lines;
  for (const auto& finding : reading.findings) lines.push_back(finding_line(reading.file, finding));
  return lines;
}

/// Reads the file, and checks what the text alone can tell. `read` makes the draft of the text and the path.
std::expected<Draft, LoadFailure> draft_of_file(const std::string& path,
                                                Draft (*read)(std::string_view,
                                                              const std::string&) = read_draft) {
  const auto text = read_file(path);
  if (!text) {
    const auto line = fmt::format("{}: {}", base::printable(path), base::printable(text.error().message));
    return std::unexpected(LoadFailure{LoadFailure::Kind::Unreadable, {line}});
  }
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  return read(*text, failed ? path : absolute.string());
}

std::expected<LoadedConfig, LoadFailure> finish(Draft draft, const std::string& path) {
  auto reading = reading_of(std::move(draft), path);
  auto lines = lines_of(reading);
  if (reading.has_mistakes())
    return std::unexpected(LoadFailure{LoadFailure::Kind::Mistaken, std::move(lines)});
  return LoadedConfig{std::move(reading.config), std::move(lines)};
}

}  // namespace

std::expected<Config, LoadFailure> read_config_file(const std::string& path) {
  auto draft = draft_of_file(path);
  if (!draft) return std::unexpected(draft.error());
  auto loaded = finish(std::move(*draft), path);
  if (!loaded) return std::unexpected(loaded.error());
  return std::move(loaded->config);
}

std::expected<std::string, LoadFailure> read_status_socket(const std::string& path) {
  auto draft = draft_of_file(path);
  if (!draft) return std::unexpected(draft.error());
  if (draft->sections.contains(Section::Server)) return status_socket_of(draft->config);
  auto loaded = finish(std::move(*draft), path);
  if (!loaded) return std::unexpected(loaded.error());
  return status_socket_of(loaded->config);
}

std::expected<std::string, LoadFailure> effective_config(const std::string& path) {
  auto draft = draft_of_file(path, read_settings);
  if (!draft) return std::unexpected(draft.error());
  std::string text = effective_text(*draft);
  if (auto loaded = finish(std::move(*draft), path); !loaded) return std::unexpected(loaded.error());
  return text;
}

std::expected<LoadedConfig, LoadFailure> load_config(const std::string& path) {
  auto draft = draft_of_file(path);
  if (!draft) return std::unexpected(draft.error());
  load_keys(*draft);
  load_dkim_keys(*draft);
  load_certificate(*draft);
  load_next_hop_tls(*draft);
  load_aliases(*draft);
  load_recipients(*draft);
  check_ready_days(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()), *draft);
  check_user(path, *draft);
  check_log(*draft);
  check_status_folder(*draft);
  auto loaded = finish(std::move(*draft), path);
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  if (loaded) loaded->config.file = failed ? path : absolute.lexically_normal().string();
  return loaded;
}

}  // namespace backstop::config
