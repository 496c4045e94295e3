// A configuration while it is read: the values so far, where each of them is in the file, and what was found
// wrong. For the files of this room alone.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/finding.h"
#include "config/toml_tree.h"

namespace backstop::config {

enum class Section : std::uint8_t {
  Server,
  Gateway,
  Milter,
  Socketmap,
  Http,
  Domain,
  Keys,
  Proofs,
  Auth,
  Quarantine,
  WayOut,
  Tls,
  History,
  Ledger,
  Surge,
  Log,
  Limits,
};

/// A section of the file; `index` tells apart those that may be given several times.
struct SectionAt {
  Section section;
  std::size_t index = 0;

  auto operator<=>(const SectionAt&) const = default;
};

struct SettingId {
  SectionAt at;
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
  Config config;       ///< without gateways and domains, until finish()
  std::vector<GatewayDraft> gateways;
  std::vector<DomainDraft> domains;
  NextHopDraft milter_next_hop;
  std::map<Section, Place> sections;  ///< those that the file has, right or wrong
  std::map<SettingId, SettingPlace> places;
  std::set<SettingId> broken;  ///< those whose value, or an item of it, is a mistake
  std::vector<Finding> findings;

  void mistake(Place place, std::string what);
  void warning(Place place, std::string what);

  /// Returns where the section begins, or the start of the file if it is not given.
  Place place(SectionAt at) const;

  /// Moves the drafts of gateways and domains into `config`, which is whole then.
  void finish();
};

/// A setting of a draft: whether and where it is given, and what is wrong with it. What it says begins with
/// the key: "listen: ...". The draft must outlive it.
class SettingHandle {
 public:
  SettingHandle(Draft& draft, SettingId id) : draft_(&draft), id_(id) {}

  Draft& draft() const { return *draft_; }
  std::string_view key() const { return id_.key; }

  bool is_given() const { return draft_->places.contains(id_); }
  /// Then nothing else should be said about what the value would mean.
  bool is_broken() const { return draft_->broken.contains(id_); }

  /// Returns the place of the value, or of the section if the value is not given.
  Place place() const;
  /// Returns the place of one item of a list.
  Place item_place(std::size_t item) const;

  void mistake(std::string_view what) const { mistake(place(), what); }
  void mistake(Place place, std::string_view what) const;
  void warning(std::string_view what) const { warning(place(), what); }
  void warning(Place place, std::string_view what) const;

  /// Says that the value, or an item of it, is a mistake by itself.
  void break_at(Place place, std::string_view what) const;

 private:
  Draft* draft_;
  SettingId id_;
};

}  // namespace backstop::config
