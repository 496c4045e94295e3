#include "service/alias_watch.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "config/alias_file.h"

namespace backstop::service {

void AliasLook::look(const gateway::Settings& settings) {
  for (const auto& domain : settings.domains) {
    if (domain.aliases == nullptr) continue;
    const std::string& path = domain.alias_file;
    const auto stamp = config::alias_stamp(path);
    if (stamp != domain.aliases->stamp()) read(path, settings.tags.delimiter, stamp, *domain.aliases);
  }
}

void AliasLook::read(const std::string& path, char delimiter, const std::string& stamp,
                     intake::AliasTable& table) {
  auto file = config::read_alias_file(path, delimiter);
  if (!file) {
    const auto [known, is_new] = failed_.try_emplace(path, stamp);
    if (!is_new && std::exchange(known->second, stamp) == stamp) return;
    return tell_(os::LogLevel::Warning, fmt::format("aliases in {} stay as they were: {}",
                                                    base::printable(path), file.error().message));
  }
  failed_.erase(path);
  const auto count = file->reading.aliases.size();
  table.replace(std::move(file->reading.aliases), std::move(file->stamp));
  tell_(os::LogLevel::Info,
        fmt::format("aliases in {} have changed, and are read: {}", base::printable(path), count));
  for (const auto& line : config::alias_warnings(path, file->reading)) tell_(os::LogLevel::Warning, line);
}

AliasWatch::AliasWatch(std::shared_ptr<const gateway::Settings> settings, const Tell& tell)
    : look_(tell),
      settings_(std::move(settings)),
      periodic_(kPause, "aliases", [this] { look_.look(*settings_.load()); }, tell) {}

}  // namespace backstop::service
