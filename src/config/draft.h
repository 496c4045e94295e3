// A configuration while it is read: the values so far, where each of them stands, and what was found wrong.
// For the files config_*.cc alone.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"

namespace backstop::config {

enum class Section : std::uint8_t { Server, Gateway, Domain, Keys, Tls, History, Log, Limits };

/// A setting of a file: `index` tells the sections apart that may stand several times.
struct SettingId {
  Section section;
  std::size_t index;
  std::string_view key;  ///< of the table of settings, which is static

  auto operator<=>(const SettingId&) const = default;
};

struct SettingPlace {
  Place value;
  std::vector<Place> items;  ///< of a list: one for each item that was taken
};

/// A next hop as its URL tells it, and the options that are settings of their own.
struct NextHopDraft {
  next_hop::NextHop target;
  next_hop::Tls tls = next_hop::NextHop{}.tls;
  next_hop::Identity identity = next_hop::NextHop{}.identity;
  std::size_t pool = next_hop::NextHop{}.pool;
};

struct GatewayDraft {
  gateway::GatewaySettings settings;
  NextHopDraft next_hop;
  Place place;
};

struct DomainDraft {
  intake::DomainSettings settings;
  NextHopDraft next_hop;
  Place place;
};

struct Draft {
  std::string folder;  ///< of the file, with its slash; empty: the working folder
  Config config;       ///< but for gateways and domains
  std::vector<GatewayDraft> gateways;
  std::vector<DomainDraft> domains;
  std::map<Section, Place> sections;  ///< those that stand in the file, right or wrong
  std::map<SettingId, SettingPlace> places;
  std::set<SettingId> broken;  ///< those whose value, or an item of it, is a mistake
  std::vector<ConfigFinding> findings;

  void mistake(Place place, std::string what) {
    findings.push_back({ConfigFinding::Kind::Mistake, place, std::move(what)});
  }
  void warning(Place place, std::string what) {
    findings.push_back({ConfigFinding::Kind::Warning, place, std::move(what)});
  }

  bool is_given(Section section, std::size_t index, std::string_view key) const {
    return places.contains({section, index, key});
  }
  /// Then nothing else should be said about what the value would mean.
  bool is_broken(Section section, std::size_t index, std::string_view key) const {
    return broken.contains({section, index, key});
  }
  /// Of the value, or of the section where it isn't given.
  Place place(Section section, std::size_t index, std::string_view key) const;
  /// Of one item of a list.
  Place item_place(Section section, std::size_t index, std::string_view key, std::size_t item) const;
};

/// Reads and checks the text; config is whole afterwards, but for what takes files. Relative paths are
/// resolved by the folder of `file`.
Draft read_draft(std::string_view text, const std::string& file);

/// What can only be told from several settings together. Fills config.gateway's gateways and domains.
void check_settings(Draft& draft);

/// The findings in the order of the file, with the configuration. Ends the draft.
ConfigReading reading_of(Draft draft, const std::string& file);

}  // namespace backstop::config
