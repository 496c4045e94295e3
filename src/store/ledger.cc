#include "store/ledger.h"

#include "store/sqlite/sqlite_ledger.h"
#include "store/url.h"

namespace backstop::store {

namespace {

/// A database that can hold a ledger, by the scheme of its URL.
struct Scheme {
  std::string_view name;     ///< with the colon
  std::string_view example;  ///< a whole URL
  base::Result<std::unique_ptr<LedgerWriter>> (*open)(const std::string& place,
                                                      const LedgerSettings& settings,
                                                      std::function<void(std::string)> warn);
  base::Result<std::unique_ptr<LedgerReader>> (*open_for_reading)(const std::string& place,
                                                                  const LedgerSettings& settings);
};

constexpr Scheme kSchemes[] = {
    {kSqliteScheme, "sqlite:var/ledger.db", sqlite::open_ledger_file, sqlite::open_ledger_file_for_reading},
};

}  // namespace

LedgerTime ledger_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::chrono::days LedgerSettings::keep(Life life) const {
  switch (life) {
    case Life::Ids:
      return keep_ids;
    case Life::Pairs:
      return keep_pairs;
    case Life::Arrivals:
      return keep_arrivals;
    case Life::Digests:
      break;
  }
  return keep_digests;
}

base::Result<std::unique_ptr<LedgerWriter>> open_ledger(const LedgerSettings& settings,
                                                        std::function<void(std::string)> warn) {
  const auto place = place_of<Scheme>("ledger", settings.url, kSchemes);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open(place->name, settings, std::move(warn));
}

base::Result<std::unique_ptr<LedgerReader>> open_ledger_for_reading(const LedgerSettings& settings) {
  const auto place = place_of<Scheme>("ledger", settings.url, kSchemes);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open_for_reading(place->name, settings);
}

}  // namespace backstop::store
