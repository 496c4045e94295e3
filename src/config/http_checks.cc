#include "config/http_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/settings.h"
#include "http/server.h"
#include "net/local_socket.h"

namespace backstop::config {

namespace {

/// Passwords and cookies must not pass a network in the clear.
void check_place(const SettingHandle& listen, std::size_t i, const Config& config) {
  const net::Place& place = config.http.listen[i];
  if (place.path.size() > net::kMostLocalPath) {
    listen.mistake(listen.item_place(i),
                   fmt::format("the path has {} bytes, and that of a socket may have {}", place.path.size(),
                               net::kMostLocalPath));
  }
  if (place.is_local() || place.endpoint.address.is_loopback()) return;
  if (config.http_files.has_tls || !config.http.proxies.empty()) return;
  listen.mistake(
      listen.item_place(i),
      fmt::format("{} is no address of the loopback, and passwords would pass the network in the clear; "
                  "give tls = true, or name the web server in front in \"proxy\"",
                  place.endpoint.text()));
}

}  // namespace

void check_http(Draft& draft) {
  if (!draft.sections.contains(Section::Http)) return;
  const auto& config = draft.config;
  const SettingHandle listen = handle(draft, {Section::Http}, &net::DoorSettings::listen);
  const bool is_empty = std::ranges::none_of(
      draft.places, [](const auto& place) { return place.first.at.section == Section::Http; });
  if (!config.http.is_used() && !is_empty && !listen.is_broken())
    listen.mistake("there is no address at which a browser could reach it");
  for (std::size_t i = 0; i < config.http.listen.size(); ++i) check_place(listen, i, config);
  const SettingHandle public_listen = handle(draft, {Section::Http}, &http::Settings::public_listen);
  const SettingHandle public_url = handle(draft, {Section::Http}, &http::Settings::public_url);
  if (!config.http.public_listen.empty() && config.http.public_url.empty() && !public_url.is_broken())
    public_listen.mistake("it takes \"public_url\": how the world reaches it, for the links in refusals");
  if (config.http.public_listen.empty() && !config.http.public_url.empty() && !public_listen.is_broken())
    public_url.mistake("it takes \"public_listen\": where the page is served");
  if (config.http_files.has_tls && config.tls.certificate.empty()) {
    handle(draft, {Section::Http}, &HttpFiles::has_tls).mistake("it takes a certificate and a key in [tls]");
  }
  if (!config.http.listen.empty() && config.http.users.empty()) {
    const SettingHandle users = handle(draft, {Section::Http}, &http::Settings::users);
    if (!users.is_broken()) {
      listen.warning("without \"users\" nobody can log in, so only sums are shown");
    }
  }
  for (std::size_t i = 0; i < draft.gateways.size(); ++i) {
    if (draft.gateways[i].settings.name != http::kHttpName) continue;
    handle(draft, {Section::Gateway, i}, &gateway::GatewaySettings::name)
        .mistake("the HTTP side is called so; give the gateway another name");
  }
}

}  // namespace backstop::config
