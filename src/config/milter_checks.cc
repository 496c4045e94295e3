#include "config/milter_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "config/settings.h"
#include "intake/event_of.h"
#include "net/local_socket.h"

namespace backstop::config {

namespace {

using filter::MilterSettings;
using filter::Place;

void check_places(const SettingHandle& setting, const std::vector<Place>& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].path.size() > net::kMostLocalPath) {
      setting.mistake(setting.item_place(i),
                      fmt::format("the path has {} bytes, and that of a socket may have {}",
                                  places[i].path.size(), net::kMostLocalPath));
    }
  }
}

void check_peers(Draft& draft) {
  const auto& milter = draft.config.milter;
  const auto is_address = [](const Place& place) { return !place.is_local(); };
  const bool has_address =
      std::ranges::any_of(milter.listen, is_address) || std::ranges::any_of(milter.internal, is_address);
  const SettingHandle peers = handle(draft, {Section::Milter}, &MilterSettings::peers);
  if (has_address && milter.peers.empty() && !peers.is_broken()) {
    handle(draft, {Section::Milter}, &MilterSettings::listen)
        .mistake("an address takes \"peers\": the hosts that may connect, such as peers = [\"127.0.0.1\"]");
  } else if (has_address && !milter.peers.empty()) {
    peers.warning(
        "every user of these hosts can connect and claim to have sent mail, so that a forged bounce counts "
        "as genuine; a socket of the file system lets the mail server in alone");
  }
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

void check_name(Draft& draft) {
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    if (draft.gateways[i].settings.name != intake::kMilterName) continue;
    handle(draft, {Section::Gateway, i}, &gateway::GatewaySettings::name)
        .mistake("the history calls the milter so; give the gateway another name");
  }
}

}  // namespace

void check_milter(Draft& draft) {
  if (!draft.sections.contains(Section::Milter)) return;
  const auto& milter = draft.config.milter;
  const SettingHandle listen = handle(draft, {Section::Milter}, &MilterSettings::listen);
  const SettingHandle internal = handle(draft, {Section::Milter}, &MilterSettings::internal);
  const bool is_empty = std::ranges::none_of(
      draft.places, [](const auto& place) { return place.first.at.section == Section::Milter; });
  if (!milter.is_used() && !is_empty && !listen.is_broken() && !internal.is_broken()) {
    listen.mistake(
        "there is no place at which a mail server could ask it; give \"listen\", and \"internal\" for its "
        "own "
        "mail");
  }
  check_places(listen, milter.listen);
  check_places(internal, milter.internal);
  check_peers(draft);
  check_twice(draft);
  check_name(draft);
  if (milter.is_used() && !draft.sections.contains(Section::Domain))
    draft.mistake(draft.place({Section::Milter}),
                  "the milter judges mail to our domains, and there is no [[domain]]");
}

}  // namespace backstop::config
