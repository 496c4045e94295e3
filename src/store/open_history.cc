#include <fmt/format.h>

#include "base/text.h"
#include "store/history.h"
#include "store/sqlite/sqlite_history.h"

namespace backstop::store {

namespace {

base::Result<std::string> path_of(const std::string& url) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!url.starts_with(kSqlite)) {
    return std::unexpected(base::Error{fmt::format(
        "history \"{}\": only SQLite is known, as in sqlite:var/history.db", base::printable(url))});
  }
  const std::string path = url.substr(kSqlite.size());
  if (path.empty() || path.contains('\0')) {
    return std::unexpected(base::Error{fmt::format(
        "history \"{}\": a path has to follow, as in sqlite:var/history.db", base::printable(url))});
  }
  return path;
}

}  // namespace

base::Result<std::unique_ptr<History>> open_history(const HistorySettings& settings,
                                                    std::function<void(std::string)> warn) {
  const auto path = path_of(settings.url);
  if (!path) return std::unexpected(path.error());
  return sqlite::open_file(*path, settings, std::move(warn));
}

base::Result<std::unique_ptr<History>> open_history_for_reading(const std::string& url) {
  const auto path = path_of(url);
  if (!path) return std::unexpected(path.error());
  return sqlite::open_file_for_reading(*path);
}

}  // namespace backstop::store
