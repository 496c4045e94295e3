#include "store/history.h"

#include "store/sqlite/sqlite_history.h"
#include "store/url.h"

namespace backstop::store {

namespace {

/// A database that can hold a history, by the scheme of its URL.
struct Scheme {
  std::string_view name;     ///< with the colon
  std::string_view example;  ///< a whole URL
  base::Result<std::unique_ptr<HistoryWriter>> (*open)(const std::string& place,
                                                       const HistorySettings& settings,
                                                       std::function<void(std::string)> warn);
  base::Result<std::unique_ptr<HistoryReader>> (*open_for_reading)(const std::string& place);
};

constexpr Scheme kSchemes[] = {
    {kSqliteScheme, "sqlite:var/history.db", sqlite::open_file, sqlite::open_file_for_reading},
};

}  // namespace

base::Result<std::unique_ptr<HistoryWriter>> open_history(const HistorySettings& settings,
                                                          std::function<void(std::string)> warn) {
  const auto place = place_of<Scheme>("history", settings.url, kSchemes);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open(place->name, settings, std::move(warn));
}

base::Result<std::unique_ptr<HistoryReader>> open_history_for_reading(const std::string& url) {
  const auto place = place_of<Scheme>("history", url, kSchemes);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open_for_reading(place->name);
}

}  // namespace backstop::store
