// The kinds of values of the configuration: how each is described, read and written. A kind is a value; the
// table of settings puts one to each setting.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/toml_tree.h"
#include "net/endpoint.h"

namespace backstop::config {

/// What a kind needs to know, and fills in, while it reads a value.
struct ReadContext {
  const std::string& folder;  ///< to put before relative paths
  std::function<void(Place, std::string)> mistake;
  std::vector<Place> items;  ///< filled by lists: the place of each item that was taken
};

template <typename T>
struct Kind {
  std::string description;  ///< what a value must be: "a number from 1 to 1000"
  /// Returns nullopt if it reported a mistake.
  std::function<std::optional<T>(const TomlNode&, ReadContext&)> read;
  std::function<std::string(const T&)> show;  ///< as TOML
};

/// A bound of numbers, sizes and times.
template <typename T>
struct Range {
  T least{};
  T most{};
  std::string_view zero{};  ///< what 0 means if it is allowed beside the range: "no limit"
  std::string_view why{};   ///< why there is not more or less, for the message
};

using Check = std::function<base::Result<std::string>(const std::string&)>;

/// Text that passes `check`, which may also change it.
Kind<std::string> text_kind(std::string description, Check check);
/// A path; relative ones become relative to the folder of the configuration.
Kind<std::string> path_kind();
Kind<bool> boolean_kind();
Kind<char> character_kind();
Kind<std::size_t> count_kind(Range<std::size_t> range);
/// "4MiB", or a plain number of bytes.
Kind<std::uint64_t> size_kind(Range<std::uint64_t> range);
Kind<std::chrono::milliseconds> time_kind(Range<std::chrono::milliseconds> range,
                                          std::chrono::milliseconds step);
Kind<net::Endpoint> endpoint_kind();
Kind<net::Network> network_kind();
/// The index of one of `names`.
Kind<std::size_t> choice_kind(std::vector<std::string_view> names);

/// "[a, b]" of values as TOML.
std::string show_list(std::span<const std::string> items);
/// A TOML string. Characters that nobody sees are written as \uXXXX.
std::string in_quotes(std::string_view text);

/// The same kind for another type of value, by conversions both ways.
template <typename To, typename From>
Kind<To> convert(Kind<From> kind, auto to, auto from) {
  return {.description = kind.description,
          .read = [kind, to](const TomlNode& node, ReadContext& context) -> std::optional<To> {
            const auto value = kind.read(node, context);
            if (!value) return std::nullopt;
            return to(*value);
          },
          .show = [kind, from](const To& value) { return kind.show(from(value)); }};
}

template <typename Enum>
Kind<Enum> enum_kind(std::vector<std::string_view> names) {
  return convert<Enum>(
      choice_kind(std::move(names)), [](std::size_t index) { return static_cast<Enum>(index); },
      [](Enum value) { return static_cast<std::size_t>(value); });
}

/// Whole Durations: seconds, hours, days.
template <typename Duration>
Kind<Duration> duration_kind(Range<Duration> range) {
  return convert<Duration>(
      time_kind({range.least, range.most, range.zero, range.why}, Duration{1}),
      [](std::chrono::milliseconds time) { return std::chrono::duration_cast<Duration>(time); },
      [](Duration time) { return std::chrono::milliseconds(time); });
}

/// Reports a value of another type than a kind takes.
void refuse_type(const TomlNode& node, std::string_view wanted, ReadContext& context);

/// "4 at most" items, each of `kind`; an item that is a mistake is reported and left out.
constexpr std::size_t kMostItems = 10'000;

template <typename T>
Kind<std::vector<T>> list_kind(Kind<T> kind, std::string description, std::size_t least = 0) {
  return {.description = description,
          .read = [kind, description, least](const TomlNode& node,
                                             ReadContext& context) -> std::optional<std::vector<T>> {
            if (node.type != TomlType::List) {
              refuse_type(node, description, context);
              return std::nullopt;
            }
            if (node.children.size() < least)
              context.mistake(node.place, "the list is empty; it must be " + description);
            if (node.children.size() > kMostItems) {
              context.mistake(node.place, "the list has more than 10000 items");
              return std::nullopt;
            }
            std::vector<T> values;
            for (const TomlNode& item : node.children) {
              auto value = kind.read(item, context);
              if (!value) continue;
              values.push_back(std::move(*value));
              context.items.push_back(item.place);
            }
            return values;
          },
          .show =
              [kind](const std::vector<T>& values) {
                std::vector<std::string> items;
                for (const T& value : values) items.push_back(kind.show(value));
                return show_list(items);
              }};
}

/// Reports a member of a table whose key is none of `names`.
void refuse_member(const TomlNode& member, std::span<const std::string_view> names, ReadContext& context);

/// A table with a value for some of `names`, in their order; nullopt for those that are not given.
template <typename T>
Kind<std::vector<std::optional<T>>> table_kind(Kind<T> kind, std::vector<std::string_view> names) {
  using Values = std::vector<std::optional<T>>;
  std::string description =
      "a table such as { " + std::string(names.front()) + " = ... }, each " + kind.description;
  return {.description = description,
          .read = [=](const TomlNode& node, ReadContext& context) -> std::optional<Values> {
            if (node.type != TomlType::Table) {
              refuse_type(node, description, context);
              return std::nullopt;
            }
            Values values(names.size());
            for (const TomlNode& member : node.children) {
              const auto name = std::ranges::find(names, std::string_view(member.key));
              if (name == names.end()) {
                refuse_member(member, names, context);
              } else {
                values[static_cast<std::size_t>(name - names.begin())] = kind.read(member, context);
              }
            }
            return values;
          },
          .show =
              [=](const Values& values) {
                std::string shown;
                for (std::size_t i = 0; i < values.size(); ++i) {
                  if (!values[i]) continue;
                  shown +=
                      (shown.empty() ? "{ " : ", ") + std::string(names[i]) + " = " + kind.show(*values[i]);
                }
                return shown.empty() ? "{}" : shown + " }";
              }};
}

}  // namespace backstop::config
