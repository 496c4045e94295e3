// The rows of [[gateway]] and [[domain]].
#include <chrono>
#include <optional>

#include "base/day.h"
#include "base/text.h"
#include "config/row.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

using gateway::GatewaySettings;
using intake::DomainSettings;

Kind<next_hop::Tls> next_hop_tls_kind() {
  return enum_kind<next_hop::Tls>({"never", "offered", "required", "verified"});
}

Kind<next_hop::Identity> identity_kind() {
  return enum_kind<next_hop::Identity>({"none", "xforward", "xclient", "proxy"});
}

Kind<std::size_t> pool_kind() {
  return count_kind({.least = 1, .most = 10'000, .zero = "none"});
}

Kind<std::vector<std::string>> local_parts_kind() {
  return list_kind(local_part_kind(), "a list of local parts, such as [\"hostmaster\", \"noc\"]");
}

/// "observed", or "since" and a day.
Kind<std::optional<std::chrono::sys_days>> ready_kind() {
  using Day = std::optional<std::chrono::sys_days>;
  static constexpr std::string_view kObserved = "observed";
  static constexpr std::string_view kSince = "since ";
  const auto day_of = [](std::string_view text) -> Day {
    return text.starts_with(kSince) ? base::parse_day(text.substr(kSince.size())) : std::nullopt;
  };
  const std::string wanted = "\"observed\", or \"since\" and a day, such as \"since 2026-11-29\"";
  const auto check = [=](const std::string& text) -> base::Result<std::string> {
    if (text == kObserved || day_of(text)) return text;
    return std::unexpected(base::Error{
        fmt::format("found the text {}; it must be {}", in_quotes(base::printable(text, 80)), wanted)});
  };
  return convert<Day>(text_kind(wanted, check), day_of, [](const Day& day) {
    return day ? fmt::format("since {}", base::format_day(*day)) : std::string(kObserved);
  });
}

/// The action Refuse is written "reject" here, like the stage that refuses.
Kind<policy::Ceilings> ceilings_kind() {
  const std::vector<std::string_view> kinds(response::kKindNames.begin() + 1, response::kKindNames.end());
  const auto actions = choice_kind({"accept", "label", "quarantine", "reject"});
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

}  // namespace

std::vector<Setting> gateway_settings() {
  const Rows gateway(Section::Gateway);
  return {
      gateway("name", gateway_name_kind(), &GatewaySettings::name,
              {.help = "What it is called in the log and in the history.",
               .example = R"("in")",
               .need = Need::Needed}),
      gateway("direction", enum_kind<gateway::Direction>({"inbound", "outbound"}),
              &GatewaySettings::direction,
              {.help = "Inbound: from the internet to our domains. Outbound: from our users to the internet.",
               .example = R"("inbound")",
               .need = Need::Needed}),
      gateway(
          "listen",
          list_kind(endpoint_kind(),
                    "a list of addresses with ports, such as [\"127.0.0.1:25\", \"[::1]:25\"]", 1),
          &GatewaySettings::listen,
          {.help =
               "Where it takes connections. With port 0 the system chooses one. A reload opens what is new "
               "and closes what is gone (docs/operations.md).",
           .example = R"(["127.0.0.1:2525"])",
           .need = Need::Needed}),
      gateway(
          "next_hop", next_hop_kind(), &NextHopDraft::target,
          {.help =
               "Where accepted mail goes. Ports that are left out are 25, 465 and 24. A socket may also be "
               "written as in Postfix, lmtp:unix:/path. In the path of a "
               "Maildir %d stands for the domain, as its A-label, %n for the local part and %% for a per "
               "cent sign. A Maildir knows no users: mail for any name in our domains is accepted, unless "
               "the domain has `recipients`, and its folder is made.",
           .example = R"("smtp://127.0.0.1:10525")",
           .need = Need::Needed}),
      gateway(
          "next_hop_tls", next_hop_tls_kind(), &NextHopDraft::tls,
          {.help = "TLS towards the next hop. Offered: where it offers STARTTLS; should the handshake then "
                   "fail, the "
                   "mail waits (451) and does not go in the clear. Required: STARTTLS, or the mail waits. "
                   "Verified: "
                   "the same, with a certificate that is good for the host."}),
      gateway(
          "identity", identity_kind(), &NextHopDraft::identity,
          {.help = "How the next hop learns who the client is: not at all, by XFORWARD, by XCLIENT or by a "
                   "PROXY header. The next hop must allow it."}),
      gateway("pool", pool_kind(), &NextHopDraft::pool,
              {.help = "Idle connections to the next hop that each worker keeps at most."}),
      gateway(
          "tls", enum_kind<gateway::ListenTls>({"none", "starttls", "required", "implicit"}),
          &GatewaySettings::tls,
          {.help =
               "TLS towards clients. Starttls: offered. Required: STARTTLS before anything else. Implicit: "
               "from the first byte on. It takes a certificate in [tls]."}),
      gateway("proxy_protocol", networks_kind(), &GatewaySettings::proxy_protocol,
              {.help = "Load balancers, whose connections begin with a PROXY header (version 1 or 2).",
               .example = R"(["10.0.0.0/24"])"}),
      gateway(
          "xclient", networks_kind(), &GatewaySettings::xclient,
          {.help = "Hosts whose XCLIENT and XFORWARD are believed. Limits count for the client that XCLIENT "
                   "names; before it names one, such a host has no limit of its own but `sessions`.",
           .example = R"(["10.0.1.7"])"}),
      gateway(
          "relays", networks_kind(), &GatewaySettings::relays,
          {.help =
               "Hosts of ours that stand before this gateway: a backup MX, a hosted filter, a collector of "
               "mailboxes. What they bring is never refused as a response, since they would bounce it, and "
               "nothing is counted against them.",
           .example = R"(["192.0.2.25"])",
           .need = Need::InboundOnly}),
      gateway(
          "trusted_authserv", list_kind(host_name_kind(), R"(a list of names, such as ["mx.example.org"])"),
          &GatewaySettings::trusted_authserv,
          {.help = "The names under which servers of yours write Authentication-Results fields. What a host "
                   "of `relays` brings with such a field is taken to be authenticated as the field says "
                   "(docs/authentication.md); from others such fields are taken out.",
           .example = R"(["mx.example.org"])",
           .need = Need::InboundOnly}),
      gateway(
          "authserv_place", enum_kind<auth::AuthresPlace>({"above", "below"}),
          &GatewaySettings::authserv_place,
          {.help = "Where such a server has its field: above the Received field that it adds (Postfix with "
                   "OpenDKIM and OpenDMARC), or right below it (rspamd), which it must then write on each "
                   "mail (docs/authentication.md).",
           .need = Need::InboundOnly}),
      gateway(
          "trusted", networks_kind(), &GatewaySettings::trusted,
          {.help = "Clients that may send without AUTH. The others may where the next hop offers AUTH; it is "
                   "handed through under TLS, and without TLS on the loopback.",
           .example = R"(["127.0.0.0/8"])",
           .need = Need::OutboundOnly}),
      gateway(
          "untagged",
          list_kind(destination_kind(), "a list of addresses and domains, such as [\"lists.example.net\"]"),
          &GatewaySettings::untagged,
          {.help = "Destinations whose mail leaves without a tag, because they take the envelope sender for "
                   "a name.",
           .example = R"(["lists.example.net", "majordomo@example.com"])",
           .need = Need::OutboundOnly}),
  };
}

std::vector<Setting> domain_settings() {
  const Rows domain(Section::Domain);
  return {
      domain(
          "name", domain_name_kind(), &DomainSettings::name,
          {.help = "The domain, as its U-label or its A-label (\"bücher.example\" and "
                   "\"xn--bcher-kva.example\" are one domain, in any case). With \"*.\" in front it stands "
                   "for all its subdomains, but not for itself.",
           .example = R"("example.org")",
           .need = Need::Needed}),
      domain("stage", enum_kind<policy::Stage>({policy::kStageNames.begin(), policy::kStageNames.end()}),
             &DomainSettings::stage,
             {.help =
                  "Observe: judge and record, change nothing. Label: add a Backstop-Verdict field to "
                  "responses. Quarantine: keep back what reject would refuse. Reject: refuse what is "
                  "certainly a bounce and has no proof, if the domain is ready; label or keep back the rest. "
                  "Without a [quarantine], what would be kept back is labelled."}),
      domain(
          "ready", ready_kind(), &DomainSettings::ready_since,
          {.help =
               "Whether mail of the domain carries proofs, so that a bounce without one may be refused. "
               "\"observed\": Backstop sees it in the mail that leaves, and `backstop ready` tells what is "
               "missing. \"since 2026-11-29\": you declare it, from that day on."}),
      domain("never_sends", local_parts_kind(), &DomainSettings::never_sends,
             {.help = "Mailboxes that send no mail, also with a sub-address, so that everything that is "
                      "certainly a bounce to them is forged.",
              .example = R"(["hostmaster", "noc"])"}),
      domain("exempt", local_parts_kind(), &DomainSettings::exempt,
             {.help = "Mailboxes that take unproven responses at every stage, also with a sub-address, if no "
                      "other recipient of the same mail is a mailbox that doesn't."}),
      domain("aliases", path_kind(), &DomainSettings::alias_file,
             {.help = "The aliases of the domain's mailboxes, so that a bounce to ann proves itself by mail "
                      "that ann sent as info: a text in the form of Postfix's virtual(5), 16 MiB at most. "
                      "Domains may share it. A change of the file counts within a minute.",
              .example = R"("/etc/postfix/virtual")"}),
      domain(
          "recipients", recipients_kind(), &DomainSettings::recipients,
          {.help =
               "The recipients that exist: a text with an address or \"@domain\" on each line, or a lookup "
               "table of Postfix, such as that of relay_recipient_maps; 64 MiB and 1,000,000 at most. Any "
               "other "
               "recipient is refused at RCPT (550 5.1.1), and the next hop doesn't hear of it. Domains may "
               "share "
               "it. A change of the file counts within a minute (docs/operations.md).",
           .example = R"("file:/etc/postfix/relay_recipients")"}),
      domain("bounces", local_parts_kind(), &DomainSettings::bounces,
             {.help = "Envelope senders that send for every From address of the domain, such as those of "
                      "newsletters and programs. A \"*\" stands for any characters.",
              .example = R"(["bounces", "news-*"])"}),
      domain("relays", networks_kind(), &DomainSettings::relays,
             {.help = "As in [[gateway]], for mail to this domain: hosts of ours that pass on what strangers "
                      "sent. Limits of clients count for them.",
              .example = R"(["192.0.2.25"])"}),
      domain("local_hosts", networks_kind(), &DomainSettings::local_hosts,
             {.help = "Hosts of ours that send mail of their own to this domain. A response that one of them "
                      "brings is genuine, unless it is one of `relays`. Name no host that passes on mail of "
                      "strangers: a balancer without PROXY, a filter, a forwarder.",
              .example = R"(["192.0.2.0/28"])"}),
      domain("kinds", ceilings_kind(), &DomainSettings::ceilings,
             {.help =
                  "The most that is done with an unproven response of each kind; only what differs need be "
                  "given. docs/policy.md says why each has its own. Whatever is set here, nothing is refused "
                  "for a domain that is not ready, with a hint that it is genuine, or if it could not be "
                  "looked at in full. "
                  "By default bounces (dsn-...) have reject, challenge and filter-notice quarantine, "
                  "feedback-report accept, and all others label.",
              .example = R"({ auto-reply = "reject", dsn-delivered = "label" })"}),
      domain("next_hop", next_hop_kind(), &NextHopDraft::target,
             {.help = "Where inbound mail of this domain goes, in place of the gateway's next hop.",
              .example = R"("lmtp://127.0.0.1:24")"}),
      domain("next_hop_tls", next_hop_tls_kind(), &NextHopDraft::tls,
             {.help = "As in [[gateway]], for this next hop."}),
      domain("identity", identity_kind(), &NextHopDraft::identity,
             {.help = "As in [[gateway]], for this next hop."}),
      domain("pool", pool_kind(), &NextHopDraft::pool, {.help = "As in [[gateway]], for this next hop."}),
  };
}

}  // namespace backstop::config
