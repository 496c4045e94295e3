#include "config/reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "config/settings.h"

namespace backstop::config {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kEverything = R"(
[server]
hostname = "mx.example.org"
help_url = "https://example.org/refused"
workers = 3
user = "backstop"
status_socket = "run/status"
[[gateway]]
name = "in"
direction = "inbound"
listen = ["127.0.0.1:2525", "[::1]:0"]
next_hop = "smtp://127.0.0.1:10025"
next_hop_tls = "verified"
identity = "xclient"
pool = 7
tls = "required"
proxy_protocol = ["10.0.0.0/24"]
xclient = ["10.0.1.7"]
relays = ["10.0.2.25"]
trusted_authserv = ["front.example.org"]
authserv_place = "below"
[[gateway]]
name = "out"
direction = "outbound"
listen = ["127.0.0.1:2526"]
next_hop = "maildir:mail/%d/%n"
trusted = ["127.0.0.0/8", "2001:db8::/32"]
untagged = ["Lists.example.net", "Majordomo@example.com", "BÜCHER.example", "Ann@grün.example"]
[[domain]]
name = "Example.org"
stage = "label"
ready = "since 2026-11-29"
never_sends = ["Hostmaster", "noc"]
exempt = ["abuse"]
aliases = "virtual"
bounces = ["bounces", "News-*"]
relays = ["10.0.3.25"]
local_hosts = ["10.0.4.0/24"]
kinds = { auto-reply = "reject", dsn-delivered = "label", mdn = "accept" }
next_hop = "lmtp:unix:run/lmtp"
next_hop_tls = "never"
pool = 0
[[domain]]
name = "*.example.org"
[keys]
file = "var/keys"
tags = true
lifetime_days = 30
form = "sub-address"
delimiter = "-"
[proofs]
watermark = false
dkim_keys = "dkim"
dkim_lookup = false
resolvers = ["127.0.0.1:5353"]
[auth]
spf = "reject"
dmarc = "off"
sender_domain = "reject"
list = [{ zone = "dbl.example", ask = "domain" }]
results = "whole"
authserv_id = "mail.example.org"
time = "30s"
shared_senders = ["spf.example.net"]
[quarantine]
url = "sqlite:var/quarantine.db"
keep = "20d"
most_bytes = "3GiB"
digest = true
[way_out]
stage = "strict"
vacation = "leave"
mute = true
an_addressee = 4
a_domain = 5
in_all = 6
url = "sqlite:var/held.db"
keep = "3d"
most_bytes = "5MiB"
[tls]
certificate = "/etc/chain"
key = "tls/key"
next_hop_ca = "ca"
[history]
enabled = false
ordinary = true
url = "sqlite:var/history.db"
keep = "30d"
most_bytes = "2GiB"
buffer = 100
batch = "50ms"
[ledger]
url = "sqlite:var/ledger.db"
keep_ids = "5d"
keep_pairs = "4d"
keep_arrivals = "3d"
[surge]
tighten = true
[log]
level = "debug"
format = "json"
file = "log"
[limits]
command_line = "2KiB"
header = "64KiB"
message = 0
held = "2MB"
held_total = "100MB"
recipients = 200
commands_without_mail = 30
errors = 40
received_fields = 60
sessions = 500
sessions_per_client = 70
bad_tags = 80
next_hop_sessions = 90
greeting = "9s"
command = "10s"
data_block = "11s"
data_total = "12s"
next_hop_connect = "13s"
next_hop_reply = "14s"
next_hop_final = "599s"
[milter]
listen = ["unix:/run/backstop/milter.sock"]
internal = ["unix:/run/backstop/internal.sock"]
mode = "0600"
group = "postfix"
peers = ["192.0.2.7"]
trusted = ["192.0.2.0/28"]
outbound_daemons = ["SUBMISSION"]
relays = ["198.51.100.0/24"]
trusted_authserv = ["mx.example.org"]
authserv_place = "below"
untagged = ["other.example"]
connections = 77
next_hop = "smtp://127.0.0.1:10026"
[socketmap]
listen = ["unix:/run/backstop/socketmap.sock"]
mode = "0600"
group = "postfix"
peers = ["192.0.2.7"]
connections = 78
[http]
listen = ["127.0.0.1:8580", "unix:/run/backstop/http.sock"]
mode = "0600"
group = "www-data"
tls = true
proxy = ["192.0.2.8"]
users = "users"
public_listen = ["127.0.0.1:8581"]
public_url = "https://mail.example.org/backstop/"
connections = 79
)";

// It has no history.
constexpr std::string_view kWarning =
    ":71:9: warning: stage: the history is off, so only the log tells later what was held and why; `backstop "
    "history`, `why` and `report` need it\n";

std::string lines(const Reading& reading) {
  std::string out;
  for (const auto& finding : reading.findings) out += finding_line(reading.file, finding) + '\n';
  return out;
}

class Everything : public testing::Test {
 protected:
  const Reading reading = read_config(kEverything, "/etc/backstop/backstop.toml");
  const Config& config = reading.config;
};

TEST_F(Everything, IsGood) {
  EXPECT_EQ(lines(reading), fmt::format("/etc/backstop/backstop.toml{}", kWarning));
  EXPECT_EQ(config.gateway.hostname, "mx.example.org");
  EXPECT_EQ(config.gateway.help_url, "https://example.org/refused");
  EXPECT_EQ(config.server.workers, 3u);
  EXPECT_EQ(config.server.user, "backstop");
  EXPECT_EQ(config.server.status_socket, "/etc/backstop/run/status");
}

TEST_F(Everything, Gateways) {
  ASSERT_EQ(config.gateway.gateways.size(), 2u);
  const auto& in = config.gateway.gateways[0];
  EXPECT_EQ(in.name, "in");
  EXPECT_EQ(in.direction, gateway::Direction::Inbound);
  ASSERT_EQ(in.listen.size(), 2u);
  EXPECT_EQ(in.listen[0].text(), "127.0.0.1:2525");
  EXPECT_EQ(in.listen[1].text(), "[::1]:0");
  EXPECT_EQ(in.next_hop.target, (net::Target{"127.0.0.1", 10025, ""}));
  EXPECT_EQ(in.next_hop.tls, next_hop::Tls::Verified);
  EXPECT_EQ(in.next_hop.identity, next_hop::Identity::Xclient);
  EXPECT_EQ(in.next_hop.pool, 7u);
  EXPECT_EQ(in.tls, gateway::ListenTls::Required);
  ASSERT_EQ(in.proxy_protocol.size(), 1u);
  EXPECT_EQ(in.proxy_protocol[0].text(), "10.0.0.0/24");
  ASSERT_EQ(in.xclient.size(), 1u);
  EXPECT_TRUE(in.trusted.empty());
  ASSERT_EQ(in.relays.size(), 1u);
  EXPECT_EQ(in.relays[0].text(), "10.0.2.25");

  const auto& out = config.gateway.gateways[1];
  EXPECT_EQ(out.name, "out");
  EXPECT_EQ(out.direction, gateway::Direction::Outbound);
  EXPECT_EQ(out.next_hop.protocol, next_hop::Protocol::Maildir);
  EXPECT_EQ(out.next_hop.maildir, "/etc/backstop/mail/%d/%n");
  EXPECT_EQ(out.next_hop.pool, next_hop::NextHop{}.pool);
  ASSERT_EQ(out.trusted.size(), 2u);
  EXPECT_EQ(out.trusted[1].text(), "2001:db8::/32");
  EXPECT_THAT(out.untagged, testing::ElementsAre("lists.example.net", "majordomo@example.com",
                                                 "xn--bcher-kva.example", "ann@xn--grn-ioa.example"));
}

TEST_F(Everything, Domains) {
  ASSERT_EQ(config.gateway.domains.size(), 2u);
  const auto& first = config.gateway.domains[0];
  EXPECT_EQ(first.name, "example.org");
  EXPECT_EQ(first.stage, policy::Stage::Label);
  EXPECT_EQ(first.ready_since, std::chrono::sys_days(std::chrono::year(2026) / 11 / 29));
  EXPECT_THAT(first.never_sends, testing::ElementsAre("hostmaster", "noc"));
  EXPECT_THAT(first.exempt, testing::ElementsAre("abuse"));
  EXPECT_EQ(first.alias_file, "/etc/backstop/virtual");
  ASSERT_TRUE(first.aliases);
  EXPECT_EQ(first.aliases->get()->size(), 0u) << "only load_config() reads the file";
  EXPECT_THAT(first.bounces, testing::ElementsAre("bounces", "news-*"));
  ASSERT_EQ(first.relays.size(), 1u);
  EXPECT_EQ(first.relays.front().text(), "10.0.3.25");
  ASSERT_EQ(first.local_hosts.size(), 1u);
  EXPECT_EQ(first.local_hosts.front().text(), "10.0.4.0/24");
  EXPECT_TRUE(config.gateway.is_tightening);
  auto ceilings = policy::default_ceilings();
  ceilings[static_cast<std::size_t>(response::Kind::AutoReply)] = policy::Action::Refuse;
  ceilings[static_cast<std::size_t>(response::Kind::DsnDelivered)] = policy::Action::Label;
  ceilings[static_cast<std::size_t>(response::Kind::Mdn)] = policy::Action::Accept;
  EXPECT_EQ(first.ceilings, ceilings);
  ASSERT_TRUE(first.next_hop);
  EXPECT_EQ(first.next_hop->target.path, "/etc/backstop/run/lmtp");
  EXPECT_EQ(first.next_hop->tls, next_hop::Tls::Never);
  EXPECT_EQ(first.next_hop->pool, 0u);
  const auto& second = config.gateway.domains[1];
  EXPECT_FALSE(second.next_hop);
  EXPECT_EQ(second.stage, policy::Stage::Observe);
  EXPECT_EQ(second.ready_since, std::nullopt);
  EXPECT_THAT(second.exempt, testing::ElementsAre("postmaster", "abuse"));
  EXPECT_EQ(second.ceilings, policy::default_ceilings());
  EXPECT_EQ(config.gateway.find_domain("sub.example.org"), &second);
}

TEST_F(Everything, KeysAndFiles) {
  EXPECT_EQ(config.key_file, "/etc/backstop/var/keys");
  EXPECT_TRUE(config.gateway.keys.keys().empty());
  EXPECT_TRUE(config.gateway.has_tags);
  EXPECT_EQ(config.gateway.tags.lifetime, days{30});
  EXPECT_EQ(config.gateway.tags.form, origin::TagForm::SubAddress);
  EXPECT_EQ(config.gateway.tags.delimiter, '-');
  EXPECT_FALSE(config.watermark);
  EXPECT_EQ(config.dkim_folder, "/etc/backstop/dkim");
  EXPECT_FALSE(config.gateway.dkim_lookup);
  EXPECT_EQ(config.gateway.resolvers, std::vector{net::parse_endpoint("127.0.0.1:5353").value()});
  EXPECT_EQ(config.tls.certificate, "/etc/chain");
  EXPECT_EQ(config.tls.key, "/etc/backstop/tls/key");
  EXPECT_EQ(config.gateway.next_hop_ca, "/etc/backstop/ca");
}

TEST_F(Everything, Auth) {
  const auto& auth = config.gateway.auth;
  EXPECT_EQ(auth.spf, intake::AuthUse::Reject);
  EXPECT_EQ(auth.dmarc, intake::AuthUse::Off);
  EXPECT_EQ(auth.sender_domain, intake::AuthUse::Reject);
  EXPECT_EQ(auth.lists,
            (std::vector<intake::AuthList>{{.zone = "dbl.example", .ask = intake::AuthList::Asked::Domain}}));
  EXPECT_EQ(auth.results, intake::AuthResults::Whole);
  EXPECT_EQ(auth.authserv_id, "mail.example.org");
  EXPECT_EQ(auth.time, seconds{30});
  EXPECT_THAT(auth.shared_senders, testing::ElementsAre("spf.example.net"));
  EXPECT_THAT(config.gateway.gateways[0].trusted_authserv, testing::ElementsAre("front.example.org"));
  EXPECT_EQ(config.gateway.gateways[0].authserv_place, auth::AuthresPlace::Below);
}

TEST_F(Everything, Quarantine) {
  EXPECT_EQ(config.quarantine, (store::QuarantineSettings{.url = "sqlite:/etc/backstop/var/quarantine.db",
                                                          .keep = hours{20 * 24},
                                                          .most_bytes = 3ULL << 30,
                                                          .digest = true}));
  EXPECT_TRUE(config.gateway.has_quarantine);
}

TEST_F(Everything, WayOut) {
  EXPECT_EQ(config.gateway.way_out, (intake::WayOutSettings{.stage = policy::WayOutStage::Strict,
                                                            .vacation = intake::VacationRule::Leave,
                                                            .is_muting = true,
                                                            .an_addressee = 4,
                                                            .a_domain = 5,
                                                            .in_all = 6}));
}

TEST_F(Everything, HeldStore) {
  auto want = store::held_settings();
  want.url = "sqlite:/etc/backstop/var/held.db";
  want.keep = hours{3 * 24};
  want.most_bytes = 5 << 20;
  EXPECT_EQ(config.held, want);
}

TEST_F(Everything, StoresAndLog) {
  EXPECT_FALSE(config.history_enabled);
  EXPECT_TRUE(config.history_ordinary);
  EXPECT_EQ(config.history.url, "sqlite:/etc/backstop/var/history.db");
  EXPECT_EQ(config.history.keep, hours{30 * 24});
  EXPECT_EQ(config.history.most_bytes, 2ULL << 30);
  EXPECT_EQ(config.history.buffer, 100u);
  EXPECT_EQ(config.history.batch, milliseconds{50});
  EXPECT_EQ(config.ledger, (store::LedgerSettings{.url = "sqlite:/etc/backstop/var/ledger.db",
                                                  .keep_ids = days{5},
                                                  .keep_pairs = days{4},
                                                  .keep_arrivals = days{3}}));
  EXPECT_EQ(config.log, (os::LogSettings{os::LogLevel::Debug, os::LogFormat::Json, "/etc/backstop/log"}));
}

struct FindingRow {
  const char* name;
  std::string more;  ///< of the inbound gateway's section, or of the domain's
  std::string_view want;
};

TEST(Config, SaysWhatIsWrongWithKindsAndRelays) {
  const std::string base =
      "[server]\nhostname = \"mx.example.org\"\n[keys]\nfile = \"keys\"\ntags = false\n"
      "[[gateway]]\nname = \"out\"\ndirection = \"outbound\"\nlisten = [\"127.0.0.1:2526\"]\n"
      "next_hop = \"smtp://127.0.0.1:26\"\ntrusted = [\"192.0.2.0/24\"]\n"
      "[[domain]]\nname = \"example.org\"\n[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\n"
      "listen = [\"127.0.0.1:2525\"]\nnext_hop = \"smtp://192.0.2.25:25\"\n";
  const FindingRow rows[] = {
      {"nothing", "relays = [\"198.51.100.1\"]\n", ""},
      {"a relay within a trusted network", "relays = [\"198.51.100.1\", \"192.0.2.7\"]\n",
       "f:19:27: warning: relays: 192.0.2.7 and 192.0.2.0/24 of \"trusted\" have hosts in common; a relay "
       "brings mail of strangers, and one that is trusted may send it to anywhere\n"},
      {"a trusted network within a relay's", "relays = [\"192.0.0.0/16\"]\n",
       "f:19:11: warning: relays: 192.0.0.0/16 and 192.0.2.0/24 of \"trusted\" have hosts in common; a relay "
       "brings mail of strangers, and one that is trusted may send it to anywhere\n"},
      {"relays of an outbound gateway",
       "[[gateway]]\nname = \"o\"\ndirection = \"outbound\"\nlisten = [\"127.0.0.1:27\"]\n"
       "next_hop = \"smtp://127.0.0.1:26\"\ntrusted = [\"192.0.2.0/24\"]\nrelays = [\"198.51.100.1\"]\n",
       "f:25:10: relays: it has a meaning for inbound gateways alone, and this one is outbound\n"},
      {"an unknown kind", "[[domain]]\nname = \"b.test\"\nkinds = { auto-replay = \"reject\" }\n",
       "f:21:11: kinds: unknown name \"auto-replay\"; did you mean \"auto-reply\"?; known are dsn-failed, "
       "dsn-delayed, dsn-delivered, mdn, auto-reply, challenge, filter-notice, list-notice, "
       "feedback-report\n"},
      {"an unknown action", "[[domain]]\nname = \"b.test\"\nkinds = { mdn = \"refuse\" }\n",
       "f:21:17: kinds: found the text \"refuse\"; it must be \"accept\", \"label\", \"quarantine\" or "
       "\"reject\"\n"},
      {"no table", "[[domain]]\nname = \"b.test\"\nkinds = \"reject\"\n",
       "f:21:9: kinds: found the text \"reject\"; it must be a table such as { dsn-failed = ... }, each "
       "\"accept\", \"label\", \"quarantine\" or \"reject\"\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(lines(read_config(base + row.more, "f")), row.want) << row.name;
}

// What is wrong with keys, tags and the stages that need a proof.
TEST(Config, SaysWhatIsWrongWithProofs) {
  const std::string base =
      "[server]\nhostname = \"mx.example.org\"\n"
      "[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\n"
      "listen = [\"127.0.0.1:2525\"]\nnext_hop = \"smtp://192.0.2.25:25\"\n"
      "[[domain]]\nname = \"example.org\"\n";
  constexpr std::string_view kUnsaid =
      "warning: file: mail leaves without tags, since \"tags\" is not given; write tags = true to go on with "
      "tags, or tags = false\n";
  constexpr std::string_view kNoProof =
      "f:10:9: warning: stage: without watermarks, tags, dkim_keys and a ledger only a DKIM signature "
      "whose key is in DNS proves a bounce\n";
  constexpr std::string_view kNoWayOut =
      "f:10:9: warning: stage: there is no outbound gateway, so no mail is seen to leave with a proof, and "
      "this stage does what \"label\" does; add one, or declare the domain to be ready (\"ready\") if its "
      "mail leaves elsewhere with proofs\n";
  const struct {
    const char* name;
    std::string more;
    std::string want;
  } rows[] = {
      {"nothing", "", ""},
      {"tags", "[keys]\nfile = \"keys\"\ntags = true\n", ""},
      {"no tags", "[keys]\nfile = \"keys\"\ntags = false\n", ""},
      {"a key file of an earlier version", "[keys]\nfile = \"keys\"\n", fmt::format("f:11:8: {}", kUnsaid)},
      {"tags that are neither", "[keys]\nfile = \"keys\"\ntags = \"no\"\n",
       "f:12:8: tags: found the text \"no\"; it must be true or false; write false, without quotes\n"},
      {"tags without keys", "[keys]\ntags = true\n",
       "f:11:8: warning: tags: without a key file no tag can be made\n"},
      {"watermarks without keys", "[proofs]\nwatermark = true\n",
       "f:11:13: warning: watermark: without a key file no watermark can be made\n"},
      {"no watermarks without keys", "[proofs]\nwatermark = false\n", ""},
      {"a resolver elsewhere", "[proofs]\nresolvers = [\"127.0.0.1:53\", \"192.0.2.1:53\"]\n",
       "f:11:13: warning: resolvers: an answer of 192.0.2.1:53 can be forged on its way; a resolver on this "
       "machine is safe\n"},
      {"watermarks", "[keys]\nfile = \"keys\"\ntags = false\n[proofs]\nwatermark = true\n", ""},
      {"observed without a history", "ready = \"observed\"\n[history]\nenabled = false\n",
       "f:10:9: warning: ready: the history is off, and without it the domain is never seen to be ready\n"},
      {"nothing said, without a history", "[history]\nenabled = false\n", ""},
      {"label", "stage = \"label\"\n", ""},
      {"quarantine", "stage = \"quarantine\"\n",
       "f:10:9: warning: stage: there is no [quarantine] with a url, so nothing is kept back, and this stage "
       "does what \"label\" does\n" +
           std::string(kNoProof)},
      {"reject", "stage = \"reject\"\n", fmt::format("{}{}", kNoWayOut, kNoProof)},
      {"reject with keys", "stage = \"reject\"\n[keys]\nfile = \"keys\"\ntags = true\n",
       std::string(kNoWayOut)},
  };
  for (const auto& row : rows) EXPECT_EQ(lines(read_config(base + row.more, "f")), row.want) << row.name;
}

TEST(Config, SaysWhatCanStillBeBounced) {
  const std::string server =
      "[server]\nhostname = \"mx.example.org\"\n[keys]\nfile = \"keys\"\ntags = false\n";
  const std::string in =
      "[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\nlisten = [\"127.0.0.1:2525\"]\n"
      "next_hop = \"smtp://192.0.2.25:25\"\n[[domain]]\nname = \"example.org\"\n";
  const std::string out =
      "[[gateway]]\nname = \"out\"\ndirection = \"outbound\"\nlisten = [\"127.0.0.1:2526\"]\n"
      "next_hop = \"smtp://127.0.0.1:26\"\ntrusted = [\"192.0.2.0/24\"]\n";
  const std::string ledger = "[ledger]\nurl = \"sqlite:ledger.db\"\n";
  const std::string held = "url = \"sqlite:held.db\"\n";
  const struct {
    const char* name;
    std::string text;
    std::string want;
  } rows[] = {
      {"nothing said", server + in, ""},
      {"observe", server + in + out + "[way_out]\nstage = \"observe\"\n", ""},
      {"hold", server + in + out + ledger + "[way_out]\nstage = \"hold\"\n" + held, ""},
      {"hold without a place", server + in + out + ledger + "[way_out]\nstage = \"hold\"\n",
       "f:22:9: stage: what is held needs a place; add url = \"sqlite:var/held.db\" to [way_out]\n"},
      {"hold without a ledger", server + in + out + "[way_out]\nstage = \"hold\"\n" + held,
       "f:20:9: warning: stage: there is no [ledger] with a url, so nobody is known to have written; "
       "bounces to people who did not write still leave, within the rates\n"},
      {"strict without a ledger", server + in + out + "[way_out]\nstage = \"strict\"\n" + held,
       "f:20:9: warning: stage: there is no [ledger] with a url, so nobody is known to have written, and "
       "every bounce and automatic reply to a stranger is held\n"},
      {"hold without a history",
       server + in + out + ledger + "[history]\nenabled = false\n[way_out]\nstage = \"hold\"\n" + held,
       "f:24:9: warning: stage: the history is off, so only the log tells later what was held and why; "
       "`backstop history`, `why` and `report` need it\n"},
      {"observe without a history",
       server + in + out + "[history]\nenabled = false\n[way_out]\nstage = \"observe\"\n", ""},
      {"no outbound gateway", server + in + "[way_out]\nstage = \"observe\"\n",
       "f:14:9: warning: stage: there is no outbound gateway, so no response that leaves is seen; your "
       "server can bounce what it took to people who did not write\n"},
      {"no inbound gateway",
       server + out + "[[domain]]\nname = \"example.org\"\n[way_out]\nstage = \"observe\"\n",
       "f:15:9: warning: stage: there is no inbound gateway, so it is not seen which mail arrives; bounces "
       "to people who did not write can leave, within the rates\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(lines(read_config(row.text, "f")), row.want) << row.name;
}

TEST(Config, SaysWhatIsWrongWithChecks) {
  const std::string base =
      "[server]\nhostname = \"mx.example.org\"\n[[domain]]\nname = \"example.org\"\n"
      "[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\n"
      "listen = [\"127.0.0.1:2525\"]\nnext_hop = \"smtp://192.0.2.25:25\"\n";
  std::string many;
  for (int i = 0; i < 20; ++i) many += "[[auth.list]]\nzone = \"bl.example\"\n";
  const FindingRow rows[] = {
      {"nothing", "[auth]\n", ""},
      {"a list",
       "[[auth.list]]\nzone = \"bl.example\"\nask = \"address\"\ndo = \"reject\"\n"
       "null_sender_only = true\n",
       ""},
      {"a list without a zone", "[[auth.list]]\ndo = \"reject\"\n",
       "f:10:1: list: the list has no \"zone\"\n"},
      {"a list with another key", "[[auth.list]]\nzone = \"bl.example\"\nact = 1\n",
       "f:12:1: list: unknown name \"act\"; known are zone, ask, do, "
       "null_sender_only\n"},
      {"a list that does something else", "[[auth.list]]\nzone = \"bl.example\"\ndo = \"off\"\n",
       "f:12:6: list: found the text \"off\"; it must be \"record\" or \"reject\"\n"},
      {"no list", "[auth]\nlist = [\"bl.example\"]\n",
       "f:11:9: list: found the text \"bl.example\"; it must be a table such as { zone = \"bl.example\", "
       "ask = \"address\", do = \"reject\" }\n"},
      {"the null sender's domain",
       "[[auth.list]]\nzone = \"bl.example\"\nask = \"domain\"\nnull_sender_only = true\n",
       "f:10:1: warning: list: \"bl.example\" is never asked: the null sender has no domain\n"},
      {"as many lists as may be", many, ""},
      {"one more", many + "[[auth.list]]\nzone = \"bl.example\"\n",
       "f:10:1: list: there are more than 20 lists, and each is asked for every mail\n"},
      {"an id without relays", "trusted_authserv = [\"mx.example.org\"]\n",
       "f:10:20: warning: trusted_authserv: there are no \"relays\" whose fields could be believed, so such "
       "fields are only taken out\n"},
      {"a place without an id", "authserv_place = \"below\"\n",
       "f:10:18: warning: authserv_place: without \"trusted_authserv\" no such field is believed, wherever "
       "it is\n"},
      {"an id with relays", "trusted_authserv = [\"mx.example.org\"]\nrelays = [\"192.0.2.1\"]\n", ""},
      {"an id with relays of a domain",
       "trusted_authserv = [\"mx.example.org\"]\n[[domain]]\nname = \"b.test\"\nrelays = [\"192.0.2.1\"]\n",
       ""},
  };
  for (const auto& row : rows) EXPECT_EQ(lines(read_config(base + row.more, "f")), row.want) << row.name;
}

TEST_F(Everything, Limits) {
  gateway::Limits want;
  want.next_hop_sessions = 90;
  want.next_hop_connect = seconds{13};
  want.next_hop_reply = seconds{14};
  want.next_hop_final = seconds{599};
  want.data_block = seconds{11};
  want.command_line = 2048;
  want.header = 65'536;
  want.message = 0;
  want.held = 2'000'000;
  want.held_total = 100'000'000;
  want.recipients = 200;
  want.commands_without_mail = 30;
  want.errors = 40;
  want.received_fields = 60;
  want.sessions = 500;
  want.sessions_per_client = 70;
  want.bad_tags = 80;
  want.greeting = seconds{9};
  want.command = seconds{10};
  want.data_total = seconds{12};
  EXPECT_EQ(config.gateway.limits, want);
}

TEST_F(Everything, Http) {
  const auto& http = config.http;
  ASSERT_EQ(http.listen.size(), 2u);
  EXPECT_EQ(http.listen[0].endpoint.text(), "127.0.0.1:8580");
  EXPECT_EQ(http.listen[1], (net::Place{.path = "/run/backstop/http.sock"}));
  EXPECT_EQ(http.mode, 0600u);
  EXPECT_EQ(http.group, "www-data");
  EXPECT_TRUE(config.http_files.has_tls);
  ASSERT_EQ(http.proxies.size(), 1u);
  EXPECT_EQ(http.proxies[0].text(), "192.0.2.8");
  EXPECT_EQ(http.users, "/etc/backstop/users");
  EXPECT_EQ(http.public_listen.size(), 1u);
  EXPECT_EQ(http.public_url, "https://mail.example.org/backstop/");
  EXPECT_EQ(http.connections, 79u);
  EXPECT_TRUE(http.is_used());
}

TEST_F(Everything, HoldsEverySetting) {
  for (const Setting& one : settings()) {
    const bool is_there = kEverything.contains(fmt::format("\n{} = ", one.key));
    EXPECT_TRUE(is_there) << info(one.section).label() << ' ' << one.key;
  }
}

TEST(Config, RelativePathsBeginAtTheFolderOfTheFile) {
  const auto file_of = [](const std::string& name) {
    return read_config("[log]\nfile = \"log\"\n", name).config;
  };
  EXPECT_EQ(file_of("backstop.toml").log.file, "log");
  EXPECT_EQ(file_of("etc/backstop.toml").log.file, "etc/log");
  EXPECT_EQ(file_of("/backstop.toml").log.file, "/log");
  // The default too.
  EXPECT_EQ(file_of("/etc/backstop.toml").history.url, "sqlite:/etc/var/history.db");
}

TEST(Config, ListsHaveAMaximumOfItems) {
  const auto reading_of_items = [](std::size_t count) {
    std::string text(kEverything);
    std::string items;
    for (std::size_t i = 0; i < count; ++i) items += "\"a\",";
    const std::string_view old = "never_sends = [\"Hostmaster\", \"noc\"]";
    text.replace(text.find(old), old.size(), "never_sends = [" + items + "]");
    return read_config(text, "/f");
  };
  EXPECT_EQ(lines(reading_of_items(10'000)), fmt::format("/f{}", kWarning));
  EXPECT_EQ(lines(reading_of_items(10'001)),
            fmt::format("/f:33:15: never_sends: the list has more than 10000 items\n/f{}", kWarning));
}

TEST(Config, EveryCutIsReadOrAMistakeInTheText) {
  const auto last_line = 1 + std::ranges::count(kEverything, '\n');
  std::size_t bad = 0;
  for (std::size_t size = 0; size < kEverything.size(); size += 3) {
    const auto reading = read_config(kEverything.substr(0, size), "f");
    bad += reading.has_mistakes() ? 1 : 0;
    for (const auto& finding : reading.findings) {
      EXPECT_GE(finding.place.line, 1u);
      EXPECT_LE(finding.place.line, last_line);
    }
  }
  EXPECT_GT(bad, 100u);
}

TEST(Config, MistakesHaveTheirPlaceInTheOrderOfTheFile) {
  const auto reading = read_config("[log]\nfile = 1\nlevel = 2\n[server]\nworkers = 'x'\n",
                                   "a\x1b"
                                   "b");
  EXPECT_EQ(
      lines(reading),
      "a\ufffdb:1:1: there is no [[gateway]] and no [milter], so there is nothing to do\n"
      "a\ufffdb:2:8: file: found the number 1; it must be a path in quotes\n"
      "a\ufffdb:3:9: level: found the number 2; it must be \"debug\", \"info\", \"warning\" or \"error\"\n"
      "a\ufffdb:4:1: [server] has no \"hostname\"; it must be a host name of letters, digits and hyphens, "
      "such as \"mx.example.org\"\n"
      "a\ufffdb:5:11: workers: found the text \"x\"; it must be a number from 1 to 1024, or 0: one for "
      "each core\n");
  EXPECT_TRUE(reading.has_mistakes());
}

TEST(Config, TakesTenThousandDomains) {
  std::string text(kEverything);
  for (int i = 0; i < 10'000; ++i) text += fmt::format("[[domain]]\nname = \"d{}.example\"\n", i);
  const auto reading = read_config(text, "/f");
  EXPECT_EQ(lines(reading), fmt::format("/f{}", kWarning));
  EXPECT_EQ(reading.config.gateway.domains.size(), 10'002u);
}

}  // namespace
}  // namespace backstop::config
