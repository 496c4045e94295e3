#include "setup/other_servers.h"

#include <algorithm>

namespace backstop::setup {

namespace {

constexpr std::string_view kExim =
    R"(Exim knows no milter, so Backstop is a gateway before it and behind it. `backstop check-config --example`
prints its configuration: "in" listens on port 25 and hands on to 127.0.0.1:10525, "out" listens on
127.0.0.1:10526 and hands on to 127.0.0.1:10527. Add this to Exim's configuration:

In the main section (on Debian in /etc/exim4/exim4.conf.localmacros and /etc/exim4/update-exim4.conf.conf):

  local_interfaces = 127.0.0.1.10525 : 127.0.0.1.10527 : 0.0.0.0.587
  # with exim4-daemon-heavy, and identity = "proxy" for "in":
  hosts_proxy = ${if ={$received_port}{10525}{127.0.0.1}}

Among the routers, before dnslookup:

  backstop:
    driver = manualroute
    domains = ! +local_domains
    condition = ${if !={$received_port}{10527}}
    route_list = * 127.0.0.1::10526 byname
    transport = remote_smtp
    self = send

In the ACL of RCPT:

  require verify = recipient

Then: exim4 -bV, and reload Exim. docs/emit-none.md, "Exim", and docs/install/exim.md say more.
)";

constexpr std::string_view kOpenSmtpd =
    R"(OpenSMTPD asks Backstop by a filter, which is a line of smtpd.conf: docs/install/opensmtpd.md.

Or Backstop is a gateway before it and behind it. `backstop check-config --example` prints its
configuration: "in" listens on port 25 and hands on to 127.0.0.1:10525 with identity = "none", "out" listens
on 127.0.0.1:10526 and hands on to 127.0.0.1:10527. Put this before all other match lines of smtpd.conf;
"local" is your action for your domains:

  listen on 127.0.0.1 port 10525 tag STRANGERS
  listen on 127.0.0.1 port 10527 tag RETURNED
  table recipients file:/etc/mail/recipients
  action "backstop" relay host smtp://127.0.0.1:10526
  action "outbound" relay
  match tag STRANGERS from any for rcpt-to <recipients> action "local"
  match tag STRANGERS from any for any reject
  match from any tag RETURNED for any action "outbound"
  match from local for any action "backstop"
  match from any auth for any action "backstop"

Then: smtpd -n, and restart OpenSMTPD. docs/emit-none.md, "OpenSMTPD", says more.
)";

constexpr std::string_view kSendmail =
    R"(Sendmail asks a milter. Put this into the configuration of Backstop:

  [milter]
  listen = ["unix:/var/lib/backstop/milter.sock"]
  trusted = ["127.0.0.0/8", "::1"]

and this into sendmail.mc, before all other filters. Without F= mail goes on if Backstop doesn't answer:

  INPUT_MAIL_FILTER(`backstop', `S=local:/var/lib/backstop/milter.sock, T=C:30s;S:30s;R:30s;E:5m')dnl

Then: start Backstop, make -C /etc/mail, and restart Sendmail. Sendmail shows its own bounces to no milter;
docs/emit-none.md, "Sendmail", says how they go through Backstop. docs/install/sendmail.md has all of it.
)";

constexpr std::array<OtherServer, kOtherServerCount> kServers = {
    {{"exim", "exim4", kExim},
     {"opensmtpd", "smtpctl", kOpenSmtpd},
     {"sendmail", "/etc/mail/sendmail.mc", kSendmail}}};

}  // namespace

const std::array<OtherServer, kOtherServerCount>& other_servers() {
  return kServers;
}

const OtherServer* find_other_server(std::string_view name) {
  const auto* const found = std::ranges::find(kServers, name, &OtherServer::name);
  return found == kServers.end() ? nullptr : found;
}

}  // namespace backstop::setup
