// How a row of the table of settings is made: its key, its kind, the member that keeps its value, and its
// words. For the files settings*.cc alone.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
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

/// Returns where the server of that section listens.
template <typename SomeConfig>
auto& door_in(SomeConfig& config, Section section) {
  using Doors = std::conditional_t<std::is_const_v<SomeConfig>, const net::DoorSettings, net::DoorSettings>;
  if (section == Section::Http) return static_cast<Doors&>(config.http);
  return section == Section::Socketmap ? static_cast<Doors&>(config.socketmap)
                                       : static_cast<Doors&>(config.milter);
}

/// Returns the object of that type which belongs to the section.
template <typename Owner>
auto& owner_in(auto& draft, SectionAt at) {
  if constexpr (std::is_same_v<Owner, gateway::GatewaySettings>) {
    return draft.gateways[at.index].settings;
  } else if constexpr (std::is_same_v<Owner, intake::DomainSettings>) {
    return draft.domains[at.index].settings;
  } else if constexpr (std::is_same_v<Owner, NextHopDraft>) {
    if (at.section == Section::Milter) return draft.milter_next_hop;
    return at.section == Section::Gateway ? draft.gateways[at.index].next_hop
                                          : draft.domains[at.index].next_hop;
  } else if constexpr (std::is_same_v<Owner, intake::AuthSettings>) {
    return draft.config.gateway.auth;
  } else if constexpr (std::is_base_of_v<Owner, gateway::Settings>) {
    return draft.config.gateway;
  } else if constexpr (std::is_base_of_v<Owner, gateway::Limits>) {
    return draft.config.gateway.limits;
  } else if constexpr (std::is_same_v<Owner, origin::TagSettings>) {
    return draft.config.gateway.tags;
  } else if constexpr (std::is_same_v<Owner, intake::WayOutSettings>) {
    return draft.config.gateway.way_out;
  } else if constexpr (std::is_same_v<Owner, filter::MilterSettings>) {
    return draft.config.milter;
  } else if constexpr (std::is_same_v<Owner, net::DoorSettings>) {
    return door_in(draft.config, at.section);
  } else if constexpr (std::is_same_v<Owner, http::Settings>) {
    return draft.config.http;
  } else if constexpr (std::is_same_v<Owner, HttpFiles>) {
    return draft.config.http_files;
  } else if constexpr (std::is_same_v<Owner, ServerSettings>) {
    return draft.config.server;
  } else if constexpr (std::is_same_v<Owner, TlsFiles>) {
    return draft.config.tls;
  } else if constexpr (std::is_same_v<Owner, store::HistorySettings>) {
    return draft.config.history;
  } else if constexpr (std::is_same_v<Owner, store::LedgerSettings>) {
    return draft.config.ledger;
  } else if constexpr (std::is_same_v<Owner, store::QuarantineSettings>) {
    return at.section == Section::WayOut ? draft.config.held : draft.config.quarantine;
  } else if constexpr (std::is_same_v<Owner, os::LogSettings>) {
    return draft.config.log;
  } else {
    static_assert(std::is_same_v<Owner, Config>, "no part of a draft has this type");
    return draft.config;
  }
}

/// Makes the rows of one section.
class Rows {
 public:
  explicit constexpr Rows(Section section) : section_(section) {}

  template <typename Owner, typename T>
  Setting operator()(std::string_view key, const Kind<T>& kind, T Owner::* member, Words words) const {
    return {.section = section_,
            .key = key,
            .need = words.need,
            .help = std::move(words.help),
            .example = words.example,
            .description = kind.description,
            .default_value = {},
            .member = member,
            .read =
                [=, section = section_](const TomlNode& node, Draft& draft, std::size_t index) {
                  const SectionAt at{section, index};
                  ReadContext context = context_for({draft, {at, key}});
                  auto value = kind.read(node, context);
                  if (!value) return;
                  owner_in<Owner>(draft, at).*member = std::move(*value);
                  draft.places[{at, key}] = {node.place, std::move(context.items)};
                },
            .show =
                [=, section = section_](const Draft& draft, std::size_t index) {
                  return kind.show(owner_in<Owner>(draft, {section, index}).*member);
                }};
  }

 private:
  static ReadContext context_for(SettingHandle setting) {
    return {.folder = setting.draft().folder,
            .mistake = [setting](Place place, const std::string& what) { setting.break_at(place, what); },
            .items = {}};
  }

  Section section_;
};

/// In settings_gateway.cc.
std::vector<Setting> gateway_settings();
std::vector<Setting> domain_settings();
/// In settings_milter.cc.
std::vector<Setting> milter_settings();
std::vector<Setting> socketmap_settings();
/// In settings_http.cc.
std::vector<Setting> http_settings();
/// In settings_way_out.cc: all of [way_out] but where and how long responses are held.
std::vector<Setting> way_out_settings();
/// In settings_auth.cc.
std::vector<Setting> auth_settings();
/// In settings_limits.cc.
std::vector<Setting> limit_settings();

}  // namespace backstop::config
