// The files that a configuration names: keys, certificates, the log; and the user.
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "app/byte_source.h"
#include "app/command.h"
#include "app/config.h"
#include "app/config_draft.h"
#include "app/key_file.h"
#include "base/text.h"
#include "net/tls.h"

namespace backstop::app {

namespace {

std::string why_not_read(int error) {
  if (error == ENOENT) return "no such file";
  if (error == EACCES) return "no permission to read it";
  return std::strerror(error);
}

/// Not more than one byte past the cap, so that a device that never ends is refused like a large file.
base::Result<std::string> read_file(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) return std::unexpected(base::Error{why_not_read(errno)});
  FileSource source(std::move(file));
  std::string text;
  const auto read = read_up_to(source, kTomlMost + 1, text);
  if (!read) return std::unexpected(read.error());
  return text;
}

void load_keys(Draft& draft) {
  if (draft.config.key_file.empty()) return;
  auto keys = read_key_file(draft.config.key_file);
  if (keys) {
    draft.config.gateway.keys = std::move(*keys);
  } else {
    draft.mistake(draft.place(Section::Keys, 0, "file"), "file: " + keys.error().message);
  }
}

void load_certificate(Draft& draft) {
  const auto& files = draft.config.tls;
  if (files.certificate.empty() || files.key.empty()) return;
  auto context = net::server_tls(files.certificate, files.key);
  if (context) {
    draft.config.gateway.tls = std::move(*context);
  } else {
    draft.mistake(draft.place(Section::Tls, 0, "certificate"), "certificate: " + context.error().message);
  }
}

bool is_verified(const gateway::NextHop& next_hop) {
  return next_hop.tls == gateway::NextHopTls::Verified;
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
    draft.mistake(draft.place(Section::Tls, 0, "next_hop_ca"), "next_hop_ca: " + verified.error().message);
  }
}

bool is_user(const std::string& name) {
  std::array<char, 16UZ * 1024> room{};
  passwd entry{};
  passwd* found = nullptr;
  return ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr;
}

void check_user(Draft& draft) {
  const std::string& user = draft.config.server.user;
  if (user.empty() || is_user(user)) return;
  draft.mistake(draft.place(Section::Server, 0, "user"),
                fmt::format("user: there is no user \"{}\" on this system", user));
}

void check_log(Draft& draft) {
  const std::string& file = draft.config.log.file;
  if (file.empty()) return;
  std::error_code failed;
  const auto folder = std::filesystem::path(file).parent_path();
  if (folder.empty() || std::filesystem::is_directory(folder, failed)) return;
  draft.mistake(draft.place(Section::Log, 0, "file"),
                fmt::format("file: there is no folder {}", base::printable(folder.string())));
}

std::vector<std::string> lines_of(const ConfigReading& reading) {
  std::vector<std::string> lines;
  for (const auto& finding : reading.findings) lines.push_back(finding_line(reading.file, finding));
  return lines;
}

}  // namespace

std::expected<LoadedConfig, ConfigFailure> load_config(const std::string& path) {
  const auto text = read_file(path);
  if (!text) {
    const auto line = fmt::format("{}: {}", base::printable(path), base::printable(text.error().message));
    return std::unexpected(ConfigFailure{kExitNoInput, {line}});
  }
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  Draft draft = read_draft(*text, failed ? path : absolute.string());
  load_keys(draft);
  load_certificate(draft);
  load_next_hop_tls(draft);
  check_user(draft);
  check_log(draft);
  auto reading = reading_of(std::move(draft), path);
  auto lines = lines_of(reading);
  if (reading.has_mistakes()) return std::unexpected(ConfigFailure{kExitData, std::move(lines)});
  return LoadedConfig{std::move(reading.config), std::move(lines)};
}

}  // namespace backstop::app
