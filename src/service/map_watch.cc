#include "service/map_watch.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/text.h"
#include "config/map_file.h"

namespace backstop::service {

namespace {

/// Returns why the list may not take the place of what was read before, or an empty text.
std::string why_not(const directory::RecipientList& list, const directory::FileDirectory& directory,
                    const gateway::Settings& settings) {
  const auto domain = config::domain_without_recipients(list, directory, settings.domains);
  if (!domain.empty()) return fmt::format("it has no recipient of {}", base::printable(domain));
  const auto before = directory.get();
  if (before == nullptr || before->size() < MapLook::kMany || list.size() * 2 >= before->size()) return {};
  return fmt::format("it has only {} recipients in place of {}; if that is right, reload (SIGHUP)",
                     list.size(), before->size());
}

}  // namespace

void MapLook::look(const gateway::Settings& settings) {
  std::set<const directory::FileDirectory*> looked_at;
  for (const auto& domain : settings.domains) {
    if (domain.aliases != nullptr) {
      const std::string& path = domain.alias_file;
      const auto stamp = config::map_stamp(path);
      if (stamp != domain.aliases->stamp()) read(path, settings.tags.delimiter, stamp, *domain.aliases);
    }
    auto* const file = dynamic_cast<directory::FileDirectory*>(domain.recipient_directory.get());
    if (file == nullptr || !looked_at.insert(file).second) continue;
    const auto stamp = config::map_stamp(file->path());
    if (stamp != file->stamp() && is_settled(file->path(), stamp)) read(settings, stamp, *file);
  }
}

/// True if the last look saw the same.
bool MapLook::is_settled(const std::string& path, const std::string& stamp) {
  return std::exchange(seen_[path], stamp) == stamp;
}

void MapLook::keep(std::string_view what, const std::string& path, const std::string& stamp,
                   std::string_view why) {
  const auto [known, is_new] = failed_.try_emplace(path, stamp);
  if (!is_new && std::exchange(known->second, stamp) == stamp) return;
  tell_(os::LogLevel::Warning,
        fmt::format("{} in {} stay as they were: {}", what, base::printable(path), why));
}

void MapLook::read(const std::string& path, char delimiter, const std::string& stamp,
                   intake::AliasTable& table) {
  auto file = config::read_alias_file(path, delimiter);
  if (!file) return keep("aliases", path, stamp, file.error().message);
  failed_.erase(path);
  const auto count = file->reading.aliases.size();
  table.replace(std::move(file->reading.aliases), std::move(file->stamp));
  tell_(os::LogLevel::Info,
        fmt::format("aliases in {} have changed, and are read: {}", base::printable(path), count));
  for (const auto& line : config::map_warnings(path, file->reading)) tell_(os::LogLevel::Warning, line);
}

void MapLook::read(const gateway::Settings& settings, const std::string& stamp,
                   directory::FileDirectory& directory) {
  const std::string& path = directory.path();
  const auto known = failed_.find(path);
  if (known != failed_.end() && known->second == stamp) return;
  auto file = config::read_recipient_file(path);
  if (!file) return keep("recipients", path, stamp, file.error().message);
  if (const auto why = why_not(file->reading.list, directory, settings); !why.empty())
    return keep("recipients", path, stamp, why);
  failed_.erase(path);
  const auto count = file->reading.list.size();
  directory.replace(std::move(file->reading.list), std::move(file->stamp));
  tell_(os::LogLevel::Info,
        fmt::format("recipients in {} have changed, and are read: {}", base::printable(path), count));
  for (const auto& line : config::map_warnings(path, file->reading)) tell_(os::LogLevel::Warning, line);
}

MapWatch::MapWatch(std::shared_ptr<const gateway::Settings> settings, const Tell& tell)
    : look_(tell),
      settings_(std::move(settings)),
      periodic_(kPause, "aliases and recipients", [this] { look_.look(*settings_.load()); }, tell) {}

}  // namespace backstop::service
