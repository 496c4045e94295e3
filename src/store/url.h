// The URL of a store, "sqlite:PATH": its scheme names the database, and the rest the place.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace backstop::store {

/// A row for each database that can hold a store.
template <typename Scheme>
concept UrlScheme = requires(const Scheme& scheme) {
  { scheme.name } -> std::convertible_to<std::string_view>;     // with the colon
  { scheme.example } -> std::convertible_to<std::string_view>;  // a whole URL
};

/// A URL taken apart.
template <UrlScheme Scheme>
struct Place {
  const Scheme* scheme;
  std::string name;  ///< what follows the scheme: a path
};

/// `store` is what the error calls it: "history".
template <UrlScheme Scheme>
base::Result<Place<Scheme>> place_of(std::string_view store, const std::string& url,
                                     std::span<const Scheme> schemes) {
  const auto refuse = [&](std::string_view what, std::string_view examples) {
    return std::unexpected(
        base::Error{fmt::format("{} \"{}\": {}, as in {}", store, base::printable(url), what, examples)});
  };
  std::string examples;
  for (const Scheme& scheme : schemes) {
    examples.append(examples.empty() ? "" : " or ").append(scheme.example);
    if (!url.starts_with(scheme.name)) continue;
    std::string name = url.substr(std::string_view(scheme.name).size());
    if (name.empty() || name.contains('\0')) return refuse("a path must follow", scheme.example);
    return Place<Scheme>{&scheme, std::move(name)};
  }
  return refuse("it must begin with a known scheme", examples);
}

inline constexpr std::string_view kSqliteScheme = "sqlite:";

/// Returns what follows the scheme of a URL that has one.
std::string path_of(std::string_view url);

/// Returns a URL as it is, and a path as that of a SQLite database.
std::string sqlite_url(std::string_view path_or_url);

/// Returns true if nothing is at the path of a URL: the server has not run yet. If nobody may look there, it
/// is false, and opening it says why.
bool is_missing(std::string_view url);

}  // namespace backstop::store
