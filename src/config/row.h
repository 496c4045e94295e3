// How a row of the table of settings is made: its key, its kind, the place of its value and its words. For
// the files of the table alone.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/kinds.h"
#include "config/settings.h"

namespace backstop::config {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

struct Words {
  std::string help;
  std::string_view example{};
  Need need = Need::Optional;
};

/// `access` gives the place of the value, for a draft and an index.
template <typename T>
Setting make(Section section, std::string_view key, const Kind<T>& kind, auto access, Words words) {
  Setting row{.section = section,
              .key = key,
              .need = words.need,
              .help = words.help,
              .example = words.example,
              .description = kind.description,
              .default_value = {},
              .read = {},
              .show = {}};
  row.read = [=](const TomlNode& node, Draft& draft, std::size_t index) {
    ReadContext context{.folder = draft.folder,
                        .mistake =
                            [&](Place place, const std::string& what) {
                              draft.mistake(place, fmt::format("{}: {}", key, what));
                              draft.broken.insert({section, index, key});
                            },
                        .items = {}};
    auto value = kind.read(node, context);
    if (!value) return;
    access(draft, index) = std::move(*value);
    draft.places[{section, index, key}] = {node.place, std::move(context.items)};
  };
  row.show = [=](const Draft& draft, std::size_t index) { return kind.show(access(draft, index)); };
  return row;
}

/// The rows of [limits], in config_limits.cc.
std::vector<Setting> limit_settings();

}  // namespace backstop::config
