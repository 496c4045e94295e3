// The rows of [milter] and of [socketmap].
#include <fmt/format.h>

#include <string_view>

#include "base/text.h"
#include "config/row.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

using filter::MilterSettings;
using net::DoorSettings;
using net::Place;

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kInet = "inet:";
constexpr std::string_view kInet6 = "inet6:";

base::Result<Place> parse_place(std::string_view text) {
  if (text.starts_with(kUnix)) {
    Place place{.path = std::string(text.substr(kUnix.size()))};
    if (place.path.starts_with('/') && !place.path.contains('\0')) return place;
    return std::unexpected(base::Error{"the path behind \"unix:\" must begin with \"/\""});
  }
  for (const auto scheme : {kInet, kInet6}) {
    if (!text.starts_with(scheme)) continue;
    auto endpoint = net::parse_endpoint(text.substr(scheme.size()));
    if (!endpoint) return std::unexpected(endpoint.error());
    return Place{.endpoint = *endpoint};
  }
  return std::unexpected(
      base::Error{fmt::format("found the text {}; it must be a place such as "
                              "\"unix:/var/spool/postfix/backstop/milter.sock\" or \"inet:127.0.0.1:8891\"",
                              in_quotes(base::printable(text, 80)))});
}

Kind<std::vector<Place>> places_kind() {
  const auto check = [](const std::string& text) -> base::Result<std::string> {
    auto place = parse_place(text);
    if (!place) return std::unexpected(place.error());
    return text;
  };
  const auto one = convert<Place>(
      text_kind("a place", check), [](const std::string& text) { return *parse_place(text); },
      [](const Place& place) { return place.text(); });
  return list_kind(one,
                   "a list of places, such as [\"unix:/var/spool/postfix/backstop/milter.sock\"] or "
                   "[\"inet:127.0.0.1:8891\"]");
}

}  // namespace

std::vector<Setting> milter_settings() {
  const Rows milter(Section::Milter);
  return {
      milter(
          "listen", places_kind(), &MilterSettings::listen,
          {.help = "Where a mail server reaches the milter for mail that comes by SMTP: sockets of the file "
                   "system, or addresses. Postfix finds a socket only within its own folder.",
           .example = R"(["unix:/var/spool/postfix/backstop/milter.sock"])"}),
      milter("internal", places_kind(), &MilterSettings::internal,
             {.help = "The same for mail that comes in another way (Postfix: non_smtpd_milters): by "
                      "sendmail(1), and the server's own bounces. It is mail that leaves, and is never "
                      "refused.",
              .example = R"(["unix:/var/spool/postfix/backstop/internal.sock"])"}),
      milter(
          "mode", mode_kind(), &MilterSettings::mode,
          {.help = "The mode of the sockets' files. Who may connect can claim to have sent mail, so it must "
                   "be the mail server alone."}),
      milter(
          "group", group_name_kind(), &MilterSettings::group,
          {.help = "The group of the sockets' files: that of the mail server. Without it they have that of "
                   "Backstop's user.",
           .example = R"("postfix")"}),
      milter("peers", networks_kind(), &MilterSettings::peers,
             {.help = "Hosts that may connect to an address of `listen` or `internal`. Every user of such a "
                      "host can then claim to have sent mail.",
              .example = R"(["127.0.0.1"])"}),
      milter(
          "trusted", networks_kind(), &MilterSettings::trusted,
          {.help = "Clients of the mail server whose mail leaves, as if they had logged in. Name none that "
                   "passes on mail of strangers, such as a content filter.",
           .example = R"(["127.0.0.0/8", "::1"])"}),
      milter("outbound_daemons", list_kind(gateway_name_kind(), "a list of names, such as [\"ORIGINATING\"]"),
             &MilterSettings::outbound_daemons,
             {.help = "Mail leaves, too, that comes to a daemon of the mail server with one of these names "
                      "(Postfix: milter_macro_daemon_name)."}),
      milter("relays", networks_kind(), &MilterSettings::relays,
             {.help = "As in [[gateway]]: hosts of ours that bring mail of strangers.",
              .example = R"(["192.0.2.25"])"}),
      milter("trusted_authserv",
             list_kind(host_name_kind(), R"(a list of names, such as ["mx.example.org"])"),
             &MilterSettings::trusted_authserv,
             {.help = "The names under which milters that are asked before this one write "
                      "Authentication-Results. They are believed, and nothing is checked once more. Such a "
                      "milter must take out fields with its name that others wrote "
                      "(docs/authentication.md).",
              .example = R"(["mx.example.org"])"}),
      milter("authserv_place", enum_kind<auth::AuthresPlace>({"above", "below"}),
             &MilterSettings::authserv_place,
             {.help = "As in [[gateway]], for mail that one of `relays` brings."}),
      milter(
          "untagged",
          list_kind(destination_kind(), "a list of addresses and domains, such as [\"lists.example.net\"]"),
          &MilterSettings::untagged,
          {.help = "As in [[gateway]]. Mail is tagged only if all its recipients are elsewhere, since one "
                   "sender counts for all of them.",
           .example = R"(["lists.example.net"])"}),
      milter("connections", count_kind({.least = 1, .most = 1'000'000}), &MilterSettings::connections,
             {.help = "Connections of mail servers at one time. One more is closed, and the mail server does "
                      "what its milter_default_action says."}),
      milter("next_hop", next_hop_kind(), &NextHopDraft::target,
             {.help = "Where released responses go, and what owners are told of them: a port of your mail "
                      "server that doesn't ask this milter.",
              .example = R"("smtp://127.0.0.1:10026")"}),
  };
}

std::vector<Setting> socketmap_settings() {
  const Rows socketmap(Section::Socketmap);
  return {
      socketmap(
          "listen", places_kind(), &DoorSettings::listen,
          {.help = "Where a mail server asks for the mailbox of a recipient. Postfix finds a socket only "
                   "within its own folder.",
           .example = R"(["unix:/var/spool/postfix/backstop/socketmap.sock"])"}),
      socketmap("mode", mode_kind(), &DoorSettings::mode,
                {.help = "The mode of the sockets' files. Who may connect can try tags until one is good, so "
                         "it must be the mail server alone."}),
      socketmap("group", group_name_kind(), &DoorSettings::group,
                {.help = "The group of the sockets' files, as in [milter].", .example = R"("postfix")"}),
      socketmap(
          "peers", networks_kind(), &DoorSettings::peers,
          {.help = "Hosts that may connect to an address of `listen`. Every user of such a host can then "
                   "try tags until one is good.",
           .example = R"(["127.0.0.1"])"}),
      socketmap("connections", count_kind({.least = 1, .most = 1'000'000}), &DoorSettings::connections,
                {.help = "Connections of mail servers at one time. One more is closed, and Postfix puts the "
                         "mail off. Each of its processes that looks a recipient up has one."}),
  };
}

}  // namespace backstop::config
