#include "store/quarantine.h"

#include "store/sqlite/sqlite_quarantine.h"
#include "store/url.h"

namespace backstop::store {

namespace {

/// A database that can hold a quarantine, by the scheme of its URL.
struct Scheme {
  std::string_view name;     ///< with the colon
  std::string_view example;  ///< a whole URL
  base::Result<std::unique_ptr<Quarantine>> (*open)(const std::string& place,
                                                    const QuarantineSettings& settings, sqlite::FileUse use);
};

constexpr Scheme kSchemes[] = {
    {kSqliteScheme, "sqlite:var/quarantine.db", sqlite::open_quarantine_file},
};

base::Result<std::unique_ptr<Quarantine>> open(const QuarantineSettings& settings, sqlite::FileUse use) {
  const auto place = place_of<Scheme>(name(settings.place), settings.url, kSchemes);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open(place->name, settings, use);
}

}  // namespace

base::Result<std::unique_ptr<Quarantine>> open_quarantine(const QuarantineSettings& settings) {
  return open(settings, sqlite::FileUse::Make);
}

base::Result<std::unique_ptr<Quarantine>> open_existing_quarantine(const QuarantineSettings& settings) {
  return open(settings, sqlite::FileUse::Existing);
}

}  // namespace backstop::store
