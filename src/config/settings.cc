#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/row.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

Kind<next_hop::Tls> next_hop_tls_kind() {
  return enum_kind<next_hop::Tls>({"never", "offered", "required", "verified"});
}

Kind<next_hop::Identity> identity_kind() {
  return enum_kind<next_hop::Identity>({"none", "xforward", "xclient", "proxy"});
}

Kind<std::size_t> pool_kind() {
  return count_kind({.least = 1, .most = 10'000, .zero = "none"});
}

Kind<std::vector<net::Network>> networks_kind() {
  return list_kind(network_kind(), "a list of networks, such as [\"192.0.2.0/24\", \"2001:db8::/32\"]");
}

Kind<std::vector<std::string>> local_parts_kind() {
  return list_kind(local_part_kind(), "a list of local parts, such as [\"hostmaster\", \"noc\"]");
}

/// As "reject" is the stage that refuses, it is the word for that here.
Kind<policy::Ceilings> ceilings_kind() {
  const std::vector<std::string_view> kinds(response::kKindNames.begin() + 1, response::kKindNames.end());
  const auto actions = choice_kind({"accept", "label", "reject"});
  using Given = std::vector<std::optional<std::size_t>>;
  const auto to = [](const Given& given) {
    policy::Ceilings ceilings = policy::default_ceilings();
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i]) ceilings[i + 1] = static_cast<policy::Action>(*given[i]);
    }
    return ceilings;
  };
  const auto from = [](const policy::Ceilings& ceilings) {
    Given given;
    for (std::size_t i = 1; i < ceilings.size(); ++i) {
      const bool is_default = ceilings[i] == policy::default_ceilings()[i];
      given.push_back(is_default ? std::nullopt : std::optional(static_cast<std::size_t>(ceilings[i])));
    }
    return given;
  };
  return convert<policy::Ceilings>(table_kind(actions, kinds), to, from);
}

std::vector<Setting> server_settings() {
  constexpr auto kSection = Section::Server;
  return {
      make(kSection, "hostname", host_name_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.gateway.hostname; },
           {.help =
                "The name of this host: in greetings, in EHLO and in the Received fields that are added. A "
                "U-label is written there as its A-label.",
            .example = R"("mx.example.org")",
            .need = Need::Needed}),
      make(kSection, "help_url", web_url_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.gateway.help_url; },
           {.help = "A page that refusals point to, for senders who want to know more.",
            .example = R"("https://mail.example.org/refused")"}),
      make(kSection, "workers", count_kind({.least = 1, .most = 1024, .zero = "one for each core"}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.server.workers; },
           {.help = "Threads that serve connections."}),
      make(kSection, "user", user_name_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.server.user; },
           {.help = "The user to become once the addresses are bound, where it is started as root.",
            .example = R"("backstop")"}),
  };
}

std::vector<Setting> gateway_settings() {
  constexpr auto kSection = Section::Gateway;
  return {
      make(kSection, "name", gateway_name_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.name; },
           {.help = "What it is called in the log and in the history.",
            .example = R"("in")",
            .need = Need::Needed}),
      make(kSection, "direction", enum_kind<gateway::Direction>({"inbound", "outbound"}),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.direction; },
           {.help = "Inbound: from the internet to our domains. Outbound: from our users to the internet.",
            .example = R"("inbound")",
            .need = Need::Needed}),
      make(kSection, "listen",
           list_kind(endpoint_kind(),
                     "a list of addresses with ports, such as [\"127.0.0.1:25\", \"[::1]:25\"]", 1),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.listen; },
           {.help =
                "Where it takes connections. With port 0 the system chooses one. A reload opens what is new "
                "and closes what is gone (docs/operations.md).",
            .example = R"(["127.0.0.1:2525"])",
            .need = Need::Needed}),
      make(kSection, "next_hop", next_hop_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].next_hop.target; },
           {.help =
                "Where accepted mail goes. Ports that are left out are 25, 465 and 24. A socket may also be "
                "written as in Postfix, lmtp:unix:/path. In the path of a "
                "Maildir %d stands for the domain, as its A-label, %n for the local part and %% for a per "
                "cent sign.",
            .example = R"("smtp://127.0.0.1:10525")",
            .need = Need::Needed}),
      make(kSection, "next_hop_tls", next_hop_tls_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].next_hop.tls; },
           {.help = "TLS towards the next hop. Offered: where it offers STARTTLS; should the handshake then "
                    "fail, the "
                    "mail waits (451) and does not go in the clear. Required: STARTTLS, or the mail waits. "
                    "Verified: "
                    "the same, with a certificate that is good for the host."}),
      make(kSection, "identity", identity_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].next_hop.identity; },
           {.help = "How the next hop learns who the client is: not at all, by XFORWARD, by XCLIENT or by a "
                    "PROXY header. The next hop has to allow it."}),
      make(kSection, "pool", pool_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].next_hop.pool; },
           {.help = "Idle connections to the next hop that each worker keeps at most."}),
      make(kSection, "tls", enum_kind<gateway::ListenTls>({"none", "starttls", "required", "implicit"}),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.tls; },
           {.help =
                "TLS towards clients. Starttls: offered. Required: STARTTLS before anything else. Implicit: "
                "from the first byte on. It takes a certificate in [tls]."}),
      make(kSection, "proxy_protocol", networks_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.proxy_protocol; },
           {.help = "Load balancers, whose connections begin with a PROXY header (version 1 or 2).",
            .example = R"(["10.0.0.0/24"])"}),
      make(kSection, "xclient", networks_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.xclient; },
           {.help = "Hosts whose XCLIENT and XFORWARD are believed. Limits count for the client that XCLIENT "
                    "names; before it names one, such a host has no limit of its own but `sessions`.",
            .example = R"(["10.0.1.7"])"}),
      make(kSection, "relays", networks_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.relays; },
           {.help =
                "Hosts of ours that stand before this gateway: a backup MX, a hosted filter, a collector of "
                "mailboxes. What they bring is never refused as a response, since they would bounce it, and "
                "nothing is counted against them.",
            .example = R"(["192.0.2.25"])",
            .need = Need::InboundOnly}),
      make(
          kSection, "trusted", networks_kind(),
          [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.trusted; },
          {.help = "Clients that may send without AUTH. The others may where the next hop offers AUTH; it is "
                   "handed through under TLS, and without TLS on the loopback.",
           .example = R"(["127.0.0.0/8"])",
           .need = Need::OutboundOnly}),
      make(kSection, "untagged",
           list_kind(destination_kind(), "a list of addresses and domains, such as [\"lists.example.net\"]"),
           [](auto& draft, std::size_t i) -> auto& { return draft.gateways[i].settings.untagged; },
           {.help = "Destinations whose mail leaves without a tag, because they take the envelope sender for "
                    "a name.",
            .example = R"(["lists.example.net", "majordomo@example.com"])",
            .need = Need::OutboundOnly}),
  };
}

std::vector<Setting> domain_settings() {
  constexpr auto kSection = Section::Domain;
  return {
      make(kSection, "name", domain_name_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].settings.name; },
           {.help = "The domain, as its U-label or its A-label (\"bücher.example\" and "
                    "\"xn--bcher-kva.example\" are one domain, in any case). With \"*.\" in front it stands "
                    "for all its subdomains, but not for itself.",
            .example = R"("example.org")",
            .need = Need::Needed}),
      make(
          kSection, "stage",
          enum_kind<policy::Stage>({policy::kStageNames.begin(), policy::kStageNames.end()}),
          [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].settings.stage; },
          {.help = "Observe: judge and record, change nothing. Label: add a Backstop-Verdict field to "
                   "responses. Reject: refuse what is certainly a bounce and has no proof, once the grace is "
                   "over; label the rest. Reject says that all mail of the domain leaves through Backstop."}),
      make(kSection, "grace", duration_kind<days>({.least = days{1}, .most = days{365}, .zero = "none"}),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].settings.grace; },
           {.help = "From the day of the first key on: so long an unproven response is only labelled, since "
                    "answers to mail without a tag may still come."}),
      make(kSection, "never_sends", local_parts_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].settings.never_sends; },
           {.help = "Mailboxes that send no mail, also with a sub-address, so that everything that is "
                    "certainly a bounce to them is forged.",
            .example = R"(["hostmaster", "noc"])"}),
      make(kSection, "exempt", local_parts_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].settings.exempt; },
           {.help = "Mailboxes that take unproven responses at every stage, also with a sub-address, if no "
                    "other recipient of the same mail is a mailbox that doesn't."}),
      make(kSection, "kinds", ceilings_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].settings.ceilings; },
           {.help =
                "The most that is done with an unproven response of each kind; only what differs need be "
                "given. docs/policy.md says why each has its own. Whatever stands here, nothing is refused "
                "within the grace, with a hint that it is genuine, or if it could not be looked at in full. "
                "By default bounces (dsn-...) have reject, feedback-report accept, and all others label.",
            .example = R"({ auto-reply = "reject", dsn-delivered = "label" })"}),
      make(kSection, "next_hop", next_hop_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].next_hop.target; },
           {.help = "Where inbound mail of this domain goes, in place of the gateway's next hop.",
            .example = R"("lmtp://127.0.0.1:24")"}),
      make(kSection, "next_hop_tls", next_hop_tls_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].next_hop.tls; },
           {.help = "As in [[gateway]], for this next hop."}),
      make(kSection, "identity", identity_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].next_hop.identity; },
           {.help = "As in [[gateway]], for this next hop."}),
      make(kSection, "pool", pool_kind(),
           [](auto& draft, std::size_t i) -> auto& { return draft.domains[i].next_hop.pool; },
           {.help = "As in [[gateway]], for this next hop."}),
  };
}

std::vector<Setting> keys_settings() {
  constexpr auto kSection = Section::Keys;
  constexpr auto kMostDays = static_cast<std::size_t>(origin::TagSettings::kMostLifetime.count());
  return {
      make(kSection, "file", path_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.key_file; },
           {.help = "The key file, as `backstop keys new` makes it. Without one nothing is tagged, and no "
                    "bounce can prove itself. It has to belong to the user that the program runs as.",
            .example = R"("var/keys")"}),
      make(kSection, "lifetime_days",
           convert<days>(
               count_kind({.least = 1, .most = kMostDays}), [](std::size_t number) { return days(number); },
               [](days time) { return static_cast<std::size_t>(time.count()); }),
           [](auto& draft, std::size_t) -> auto& { return draft.config.gateway.tags.lifetime; },
           {.help = "Days that a tag is good after the day of its making."}),
      make(kSection, "form", enum_kind<origin::TagForm>({"prefix", "sub-address"}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.gateway.tags.form; },
           {.help = "How tags are written. Prefix: prvs=TAG=user@domain. Sub-address: user+prvs=TAG@domain. "
                    "Both are read."}),
      make(kSection, "delimiter", character_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.gateway.tags.delimiter; },
           {.help = "What parts a user from a sub-address."}),
  };
}

std::vector<Setting> tls_settings() {
  constexpr auto kSection = Section::Tls;
  return {
      make(kSection, "certificate", path_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.tls.certificate; },
           {.help = "The certificate for clients (PEM), ours first, then those that lead to its root.",
            .example = R"("/etc/backstop/tls/fullchain.pem")"}),
      make(kSection, "key", path_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.tls.key; },
           {.help = "Its key (PEM). It is refused where everybody can read it.",
            .example = R"("/etc/backstop/tls/key.pem")"}),
      make(
          kSection, "next_hop_ca", path_kind(),
          [](auto& draft, std::size_t) -> auto& { return draft.config.gateway.next_hop_ca; },
          {.help =
               "The authorities (PEM) that vouch for next hops with next_hop_tls = \"verified\"; without it, "
               "those of the system.",
           .example = R"("/etc/ssl/certs/ca-certificates.crt")"}),
  };
}

std::vector<Setting> history_settings() {
  constexpr auto kSection = Section::History;
  return {
      make(kSection, "enabled", boolean_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history_enabled; },
           {.help = "Whether each decision is kept, for `backstop history`."}),
      make(kSection, "ordinary", boolean_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history_ordinary; },
           {.help = "Whether mail that is no response and was delivered is kept, too. The log has it in any "
                    "case."}),
      make(kSection, "url", history_url_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history.url; },
           {.help = "Where it is kept: a file of SQLite."}),
      make(kSection, "keep",
           duration_kind<hours>({.least = hours{1}, .most = hours{24 * 3650}, .zero = "for ever"}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history.keep; },
           {.help = "How long. Older events are deleted."}),
      make(kSection, "most_bytes", size_kind({.least = kMiB, .most = 1024 * kGiB, .zero = "no limit"}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history.most_bytes; },
           {.help = "How large the file may grow. Then the oldest events are deleted."}),
      make(kSection, "buffer", count_kind({.least = 1, .most = 1'000'000}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history.buffer; },
           {.help =
                "Events that wait in memory while the file can't be written. More are lost, and counted."}),
      make(kSection, "batch",
           duration_kind<milliseconds>({.least = milliseconds{1}, .most = milliseconds{60'000}}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.history.batch; },
           {.help = "How long events are gathered at most before they are written together."}),
  };
}

std::vector<Setting> log_settings() {
  constexpr auto kSection = Section::Log;
  return {
      make(kSection, "level", enum_kind<os::LogLevel>({"debug", "info", "warning", "error"}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.log.level; },
           {.help = "The least of what is logged."}),
      make(kSection, "format", enum_kind<os::LogFormat>({"human", "json"}),
           [](auto& draft, std::size_t) -> auto& { return draft.config.log.format; },
           {.help = "One line an event: for people, or as a JSON object."}),
      make(kSection, "file", path_kind(),
           [](auto& draft, std::size_t) -> auto& { return draft.config.log.file; },
           {.help = "The file to log to; without it, standard error.",
            .example = R"("/var/log/backstop.log")"}),
  };
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  for (const auto part : {server_settings, gateway_settings, domain_settings, keys_settings, tls_settings,
                          history_settings, log_settings, limit_settings}) {
    std::ranges::move(part(), std::back_inserter(all));
  }
  const Draft blank = blank_draft();
  for (Setting& one : all) {
    if (one.need != Need::Needed) one.default_value = one.show(blank, 0);
  }
  return all;
}

}  // namespace

std::string SectionInfo::label() const {
  return is_list ? fmt::format("[[{}]]", name) : fmt::format("[{}]", name);
}

const std::vector<SectionInfo>& sections() {
  static const std::vector<SectionInfo> kSections = {
      {Section::Server, "server", false, "The program as a whole."},
      {Section::Gateway, "gateway", true,
       "A way that mail takes through Backstop; one section for each. At least one is needed."},
      {Section::Domain, "domain", true, "A domain of ours; one section for each."},
      {Section::Keys, "keys", false,
       "Tags, with which bounces prove that they answer mail of ours (docs/tags.md)."},
      {Section::Tls, "tls", false, "Certificates."},
      {Section::History, "history", false, "What was decided, and why."},
      {Section::Log, "log", false, "What is told while it runs. Contents of messages are never logged."},
      {Section::Limits, "limits", false, "What a client may cost."},
  };
  return kSections;
}

const SectionInfo& info(Section section) {
  return *std::ranges::find(sections(), section, &SectionInfo::section);
}

bool Setting::has_default() const {
  return !default_value.empty() && default_value != "\"\"" && default_value != "[]" && default_value != "{}";
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings = all_settings();
  return kSettings;
}

const Setting* find_setting(Section section, std::string_view key) {
  const auto found = std::ranges::find_if(
      settings(), [&](const Setting& one) { return one.section == section && one.key == key; });
  return found == settings().end() ? nullptr : &*found;
}

Draft blank_draft() {
  Draft draft;
  draft.gateways.resize(1);
  draft.domains.resize(1);
  return draft;
}

}  // namespace backstop::config
