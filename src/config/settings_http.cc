// The rows of [http].
#include <fmt/format.h>

#include <string_view>

#include "base/text.h"
#include "config/row.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

constexpr std::string_view kUnix = "unix:";

base::Result<net::Place> parse_web_place(std::string_view text) {
  if (!text.starts_with(kUnix)) {
    auto endpoint = net::parse_endpoint(text);
    if (!endpoint) return std::unexpected(endpoint.error());
    return net::Place{.endpoint = *endpoint};
  }
  net::Place place{.path = std::string(text.substr(kUnix.size()))};
  if (place.path.starts_with('/') && !place.path.contains('\0')) return place;
  return std::unexpected(base::Error{"the path behind \"unix:\" must begin with \"/\""});
}

std::string web_text(const net::Place& place) {
  return place.is_local() ? place.text() : place.endpoint.text();
}

Kind<std::vector<net::Place>> web_places_kind() {
  const auto check = [](const std::string& text) -> base::Result<std::string> {
    auto place = parse_web_place(text);
    if (!place) return std::unexpected(place.error());
    return text;
  };
  const auto one = convert<net::Place>(
      text_kind("an address", check), [](const std::string& text) { return *parse_web_place(text); },
      [](const net::Place& place) { return web_text(place); });
  return list_kind(one,
                   R"(a list of addresses, such as ["127.0.0.1:8580"] or ["unix:/run/backstop/http.sock"])");
}

}  // namespace

std::vector<Setting> http_settings() {
  const Rows section(Section::Http);
  using net::DoorSettings;
  return {
      section(
          "listen", web_places_kind(), &DoorSettings::listen,
          {.help = "Where browsers and programs reach the dashboard and the API (docs/http.md). An address "
                   "that is not of the loopback takes `tls`, or a `proxy` in front.",
           .example = R"(["127.0.0.1:8580"])"}),
      section("mode", mode_kind(), &DoorSettings::mode,
              {.help = "The mode of the sockets' files. Who may connect sees sums without a login."}),
      section("group", group_name_kind(), &DoorSettings::group,
              {.help = "The group of the sockets' files, such as that of a web server in front.",
               .example = R"("www-data")"}),
      section("tls", boolean_kind(), &HttpFiles::has_tls,
              {.help = "Whether the addresses speak TLS, with the certificate of [tls]."}),
      section(
          "proxy", networks_kind(), &http::Settings::proxies,
          {.help = "Web servers in front, which pass requests on. Their X-Forwarded-For is believed. They "
                   "must speak TLS to the world.",
           .example = R"(["127.0.0.1"])"}),
      section(
          "users", path_kind(), &http::Settings::users,
          {.help =
               "The file of who may log in, as `backstop user` writes it. It must belong to the user that "
               "the program runs as. Without it nobody may, and only sums are shown.",
           .example = R"("/var/lib/backstop/users")"}),
      section("public_listen", web_places_kind(), &http::Settings::public_listen,
              {.help = "Where the world reaches the page that explains refusals, /why, and nothing else.",
               .example = R"(["0.0.0.0:8581"])"}),
      section(
          "public_url", web_url_kind(), &http::Settings::public_url,
          {.help = "How the world reaches `public_listen`, also through a web server in front. Refusals then "
                   "point to /why below it, unless `help_url` in [server] says otherwise.",
           .example = R"("https://mail.example.org/backstop")"}),
      section("connections", count_kind({.least = 1, .most = 1'000'000}), &DoorSettings::connections,
              {.help = "Connections of clients at one time, at `listen` and at `public_listen` each. One "
                       "more is closed."}),
  };
}

}  // namespace backstop::config
