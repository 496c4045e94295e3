#include "store/history.h"

#include <fmt/format.h>

#include "base/text.h"
#include "store/sqlite/sqlite_history.h"

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
    {"sqlite:", "sqlite:var/history.db", sqlite::open_file, sqlite::open_file_for_reading},
};

std::unexpected<base::Error> refuse(const std::string& url, std::string_view what,
                                    std::string_view examples) {
  return std::unexpected(
      base::Error{fmt::format("history \"{}\": {}, as in {}", base::printable(url), what, examples)});
}

/// A URL taken apart.
struct Place {
  const Scheme* scheme;
  std::string name;  ///< what follows the scheme: a path
};

base::Result<Place> place_of(const std::string& url) {
  std::string examples;
  for (const Scheme& scheme : kSchemes) {
    examples.append(examples.empty() ? "" : " or ").append(scheme.example);
    if (!url.starts_with(scheme.name)) continue;
    const std::string name = url.substr(scheme.name.size());
    if (name.empty() || name.contains('\0')) return refuse(url, "a path must follow", scheme.example);
    return Place{&scheme, name};
  }
  return refuse(url, "it must begin with a known scheme", examples);
}

}  // namespace

base::Result<std::unique_ptr<HistoryWriter>> open_history(const HistorySettings& settings,
                                                          std::function<void(std::string)> warn) {
  const auto place = place_of(settings.url);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open(place->name, settings, std::move(warn));
}

base::Result<std::unique_ptr<HistoryReader>> open_history_for_reading(const std::string& url) {
  const auto place = place_of(url);
  if (!place) return std::unexpected(place.error());
  return place->scheme->open_for_reading(place->name);
}

}  // namespace backstop::store
