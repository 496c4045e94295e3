#include "config/milter_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "config/settings.h"
#include "filter/socketmap_server.h"
#include "intake/event_of.h"
#include "net/local_socket.h"

namespace backstop::config {

namespace {

using filter::MilterSettings;
using net::DoorSettings;
using net::Place;

void check_places(const SettingHandle& setting, const std::vector<Place>& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].path.size() > net::kMostLocalPath) {
      setting.mistake(setting.item_place(i),
                      fmt::format("the path has {} bytes, and that of a socket may have {}",
                                  places[i].path.size(), net::kMostLocalPath));
    }
  }
}

bool has_address(const std::vector<Place>& places) {
  return std::ranges::any_of(places, [](const Place& place) { return !place.is_local(); });
}

/// For a server that listens at an address. `danger` is what every user of its peers can do.
void check_peers(Draft& draft, Section section, const DoorSettings& settings, std::string_view danger) {
  const SettingHandle peers = handle(draft, {section}, &DoorSettings::peers);
  if (!settings.peers.empty()) {
    peers.warning(
        fmt::format("every user of these hosts can connect and {}; a socket of the file system lets the mail "
                    "server in alone",
                    danger));
  } else if (!peers.is_broken()) {
    handle(draft, {section}, &DoorSettings::listen)
        .mistake("an address takes \"peers\": the hosts that may connect, such as peers = [\"127.0.0.1\"]");
  }
}

bool is_empty(const Draft& draft, Section section) {
  return std::ranges::none_of(draft.places,
                              [=](const auto& place) { return place.first.at.section == section; });
}

void check_twice(Draft& draft) {
  const SettingHandle internal = handle(draft, {Section::Milter}, &MilterSettings::internal);
  const auto& listen = draft.config.milter.listen;
  for (std::size_t i = 0; i < draft.config.milter.internal.size(); ++i) {
    const auto& place = draft.config.milter.internal[i];
    if (std::ranges::count(listen, place) > 0 && (place.is_local() || place.endpoint.port != 0)) {
      internal.mistake(
          internal.item_place(i),
          fmt::format("{} is in \"listen\", too; mail of the server's own needs a place of its own",
                      base::printable(place.text())));
    }
  }
}

/// No gateway may have the name of another front door.
void check_name(Draft& draft, std::string_view name, std::string_view why) {
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    if (draft.gateways[i].settings.name != name) continue;
    handle(draft, {Section::Gateway, i}, &gateway::GatewaySettings::name)
        .mistake(fmt::format("{}; give the gateway another name", why));
  }
}

void check_not_the_milters(const SettingHandle& listen, const MilterSettings& milter,
                           const std::vector<Place>& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    const bool is_shared =
        std::ranges::count(milter.listen, place) + std::ranges::count(milter.internal, place) > 0;
    if (!is_shared || (!place.is_local() && place.endpoint.port == 0)) continue;
    listen.mistake(listen.item_place(i), fmt::format("{} is a place of [milter], too; they speak different "
                                                     "protocols",
                                                     base::printable(place.text())));
  }
}

/// Warns if it would find nothing, or nothing that the mail server doesn't find by itself.
void check_use_of_map(Draft& draft) {
  const auto& config = draft.config;
  const SettingHandle file = handle(draft, {Section::Keys}, &Config::key_file);
  const SettingHandle form = handle(draft, {Section::Keys}, &origin::TagSettings::form);
  const SettingHandle listen = handle(draft, {Section::Socketmap}, &DoorSettings::listen);
  if (config.key_file.empty() && !file.is_broken()) {
    listen.warning("without a key file no tag is ours, so nothing is found");
  } else if (draft.gateways.empty() && config.milter.is_used() && !form.is_given() && !form.is_broken()) {
    listen.warning(
        "tags are in the sub-address, by which Postfix finds the mailbox itself; write form = \"prefix\" in "
        "[keys] if they are to be in front");
  }
}

}  // namespace

void check_milter(Draft& draft) {
  if (!draft.sections.contains(Section::Milter)) return;
  const auto& milter = draft.config.milter;
  const SettingHandle listen = handle(draft, {Section::Milter}, &MilterSettings::listen);
  const SettingHandle internal = handle(draft, {Section::Milter}, &MilterSettings::internal);
  if (!milter.is_used() && !is_empty(draft, Section::Milter) && !listen.is_broken() &&
      !internal.is_broken()) {
    listen.mistake(
        "there is no place at which a mail server could ask it; give \"listen\", and \"internal\" for its "
        "own "
        "mail");
  }
  check_places(listen, milter.listen);
  check_places(internal, milter.internal);
  if (has_address(milter.listen) || has_address(milter.internal)) {
    check_peers(draft, Section::Milter, milter,
                "claim to have sent mail, so that a forged bounce counts as genuine");
  }
  check_twice(draft);
  check_name(draft, intake::kMilterName, "the history calls the milter so");
  if (milter.is_used() && !draft.sections.contains(Section::Domain))
    draft.mistake(draft.place({Section::Milter}),
                  "the milter judges mail to our domains, and there is no [[domain]]");
}

void check_socketmap(Draft& draft) {
  if (!draft.sections.contains(Section::Socketmap)) return;
  const auto& map = draft.config.socketmap;
  const SettingHandle listen = handle(draft, {Section::Socketmap}, &DoorSettings::listen);
  if (map.listen.empty()) {
    if (!is_empty(draft, Section::Socketmap) && !listen.is_broken())
      listen.mistake("there is no place at which a mail server could ask it");
    return;
  }
  check_places(listen, map.listen);
  if (has_address(map.listen)) check_peers(draft, Section::Socketmap, map, "try tags until one is good");
  check_not_the_milters(listen, draft.config.milter, map.listen);
  check_name(draft, filter::kSocketmapName, "the socketmap is called so");
  check_use_of_map(draft);
  if (!draft.sections.contains(Section::Domain)) {
    draft.mistake(draft.place({Section::Socketmap}),
                  "the socketmap knows recipients of our domains, and there is no [[domain]]");
  }
}

}  // namespace backstop::config
