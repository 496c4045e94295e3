#include "service/service_lines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "dkim/key_store.h"

namespace backstop::service {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

config::Config config_of(const std::string& text) {
  auto reading = config::read_config(text, "/etc/backstop/backstop.toml");
  EXPECT_FALSE(reading.has_mistakes()) << config::finding_line("", reading.findings.front());
  return std::move(reading.config);
}

constexpr std::string_view kServer = "[server]\nhostname = \"mx.example.org\"\n";
constexpr std::string_view kIn =
    "[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\nlisten = [\"127.0.0.1:2525\"]\n"
    "next_hop = \"smtp://127.0.0.1:10025\"\n";
constexpr std::string_view kOut =
    "[[gateway]]\nname = \"out\"\ndirection = \"outbound\"\nlisten = [\"127.0.0.1:2526\"]\n"
    "next_hop = \"smtp://127.0.0.1:10026\"\ntrusted = [\"127.0.0.0/8\"]\n";
constexpr std::string_view kDomain = "[[domain]]\nname = \"example.org\"\n";

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

std::string whole() {
  return join({kServer, kIn, kOut, kDomain, "stage = \"reject\"\n[[domain]]\nname = \"example.net\"\n",
               "[[domain]]\nname = \"example.com\"\n"});
}

TEST(SettingLines, TellWhatRuns) {
  auto config = config_of(whole());
  config.key_file = "/etc/backstop/keys";
  config.gateway.has_tags = true;
  config.gateway.keys =
      *origin::KeyRing::parse("0 exim verify 2020-01-01 canary\n1 exim sign 2020-01-02 canary\n");
  EXPECT_THAT(setting_lines(config),
              ElementsAre("gateway in: inbound, listens on 127.0.0.1:2525, next hop smtp://127.0.0.1:10025",
                          "gateway out: outbound, listens on 127.0.0.1:2526, next hop smtp://127.0.0.1:10026",
                          "domains: 3, 2 at stage observe, 1 at stage reject",
                          "keys: 2 in /etc/backstop/keys, key 1 signs; fingerprints: 0=062a8e7f 1=062a8e7f",
                          "history: sqlite:/etc/backstop/var/history.db", "ledger: none is kept",
                          "auth: refuses nothing", "way out: stage observe"));
  config.ledger.url = "sqlite:/etc/backstop/var/ledger.db";
  EXPECT_EQ(setting_lines(config)[5], "ledger: sqlite:/etc/backstop/var/ledger.db");
  config.gateway.has_tags = false;
  EXPECT_EQ(setting_lines(config)[3],
            "keys: 2 in /etc/backstop/keys, tags are off; fingerprints: 0=062a8e7f 1=062a8e7f");
}

TEST(SettingLines, TellWhichDomainsAreDeclaredToBeReady) {
  EXPECT_EQ(setting_lines(config_of(whole() + "ready = \"observed\"\n"))[3],
            "keys: none; mail leaves without watermarks and tags");
  auto text = join({kServer, kIn, kDomain, "ready = \"since 2026-11-29\"\n"});
  EXPECT_EQ(setting_lines(config_of(text))[2],
            "declared to be ready, whatever is observed: example.org since 2026-11-29");
  for (int i = 1; i < 20; ++i)
    text += "[[domain]]\nname = \"d" + std::to_string(i) + ".example\"\nready = \"since 2026-11-29\"\n";
  EXPECT_THAT(setting_lines(config_of(text))[2], EndsWith("d19.example since 2026-11-29"));
  text += "[[domain]]\nname = \"d20.example\"\nready = \"since 2026-11-29\"\n";
  EXPECT_THAT(setting_lines(config_of(text))[2], EndsWith(" and 1 more"));
}

TEST(SettingLines, TellWhatIsRefusedAndWhatIsHeld) {
  const auto last_two = [](const config::Config& config) {
    const auto lines = setting_lines(config);
    return std::vector(lines.end() - 2, lines.end());
  };
  auto config =
      config_of(whole() + "[auth]\nspf = \"reject\"\ndmarc = \"reject\"\nsender_domain = \"reject\"\n" +
                "[[auth.list]]\nzone = \"l.example\"\nask = \"address\"\ndo = \"reject\"\n" +
                "[[auth.list]]\nzone = \"m.example\"\nask = \"address\"\ndo = \"record\"\n");
  config.gateway.way_out = {
      .stage = policy::WayOutStage::Strict, .vacation = intake::VacationRule::Leave, .is_muting = true};
  EXPECT_THAT(last_two(config), ElementsAre("auth: refuses by spf, dmarc, sender_domain, 1 list",
                                            "way out: stage strict, vacation replies are not judged, mutes"));
  config = config_of(whole() + "[auth]\ndmarc = \"reject\"\n");
  config.gateway.way_out.stage = policy::WayOutStage::Hold;
  EXPECT_THAT(last_two(config), ElementsAre("auth: refuses by dmarc", "way out: stage hold"));
}

TEST(SettingLines, CountDkimKeys) {
  auto config = config_of(whole());
  config.dkim_folder = "/etc/backstop/dkim";
  EXPECT_EQ(setting_lines(config)[4], "dkim_keys: 0 keys of 0 domains in /etc/backstop/dkim");
  const auto keys = std::make_shared<dkim::KeyStore>();
  config.gateway.dkim_keys = keys;
  const auto key = *dkim::PublicKey::parse("p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=; k=ed25519");
  keys->add({"s1", "example.org"}, {.key = key});
  EXPECT_EQ(setting_lines(config)[4], "dkim_keys: 1 key of 1 domain in /etc/backstop/dkim");
  keys->add({"s2", "example.org"}, {.key = key});
  keys->add({"s2", "example.net"}, {.key = key});
  EXPECT_EQ(setting_lines(config)[4], "dkim_keys: 3 keys of 2 domains in /etc/backstop/dkim");
}

TEST(SettingLines, TellWhatIsMissing) {
  auto config = config_of(whole());
  config.history_enabled = false;
  auto lines = setting_lines(config);
  EXPECT_EQ(lines[3], "keys: none; mail leaves without watermarks and tags");
  EXPECT_EQ(lines[4], "history: none is kept");
  config.key_file = "/keys";
  config.gateway.keys = *origin::KeyRing::parse("0 exim verify 2020-01-01 canary\n");
  EXPECT_EQ(setting_lines(config)[3], "keys: 1 in /keys, none of which signs; fingerprints: 0=062a8e7f");
}

TEST(SettingLines, CountNextHopsOfDomains) {
  const auto config = config_of(whole() + "next_hop = \"lmtp://127.0.0.1:24\"\n");
  EXPECT_EQ(setting_lines(config)[2],
            "domains: 3, 2 at stage observe, 1 at stage reject; 1 with a next hop of their own");
}

TEST(SettingLines, TellEachAddress) {
  auto config = config_of(whole());
  config.gateway.gateways[0].listen.push_back(*net::parse_endpoint("[::1]:25"));
  EXPECT_EQ(setting_lines(config)[0],
            "gateway in: inbound, listens on 127.0.0.1:2525 and [::1]:25, next hop smtp://127.0.0.1:10025");
}

TEST(AddressLines, SayWhatBecameOfEach) {
  using Kind = gateway::Server::Rebinding::Change::Kind;
  const auto address = *net::parse_endpoint("127.0.0.1:25");
  EXPECT_THAT(address_lines({{Kind::Opened, {"new", address, address}},
                             {Kind::TakenOver, {"mx", address, address}, "in"},
                             {Kind::Closed, {"out", address, address}}}),
              ElementsAre("gateway new: opened 127.0.0.1:25", "gateway mx: took over 127.0.0.1:25 from in",
                          "gateway out: closed 127.0.0.1:25"));
}

struct RestartCase {
  std::string_view name;
  std::function<void(config::Config&)> change;
  std::string_view want;  ///< empty: it takes effect at once
};

TEST(RestartLines, NameSettingsThatNeedARestart) {
  const RestartCase cases[] = {
      {"nothing", [](config::Config&) {}, ""},
      {"stage",
       [](config::Config& config) {
         config.gateway.domains = {{.name = "example.org", .stage = policy::Stage::Label}};
       },
       ""},
      {"next hop", [](config::Config& config) { config.gateway.gateways[0].next_hop.target.port = 1; }, ""},
      {"limits", [](config::Config& config) { config.gateway.limits.sessions = 1; }, ""},
      {"log", [](config::Config& config) { config.log.level = os::LogLevel::Error; }, ""},
      {"ordinary", [](config::Config& config) { config.history_ordinary = true; }, ""},
      {"listen", [](config::Config& config) { config.gateway.gateways[0].listen[0].port = 1; }, ""},
      {"old gateway", [](config::Config& config) { config.gateway.gateways.pop_back(); }, ""},
      {"workers", [](config::Config& config) { config.server.workers = 7; },
       "\"workers\" has changed, which takes a restart"},
      {"user", [](config::Config& config) { config.server.user = "x"; },
       "\"user\" has changed, which takes a restart"},
      {"socket of status", [](config::Config& config) { config.server.status_socket = "/x"; },
       "\"status_socket\" has changed, which takes a restart"},
      {"history off", [](config::Config& config) { config.history_enabled = false; },
       "[history] has changed, which takes a restart"},
      {"history url", [](config::Config& config) { config.history.url = "sqlite:x"; },
       "[history] has changed, which takes a restart"},
      {"ledger on", [](config::Config& config) { config.ledger.url = "sqlite:x"; },
       "[ledger] has changed, which takes a restart"},
      {"ledger's days", [](config::Config& config) { config.ledger.keep_ids = std::chrono::days(1); },
       "[ledger] has changed, which takes a restart"},
      {"quarantine", [](config::Config& config) { config.quarantine.digest = false; },
       "[quarantine] has changed, which takes a restart"},
      {"milter's places", [](config::Config& config) { config.milter.listen = {{.path = "/run/x"}}; },
       "where [milter] listens has changed, which takes a restart"},
      {"milter's limit", [](config::Config& config) { config.milter.connections = 1; }, ""},
      {"socketmap's places", [](config::Config& config) { config.socketmap.listen = {{.path = "/run/x"}}; },
       "where [socketmap] listens has changed, which takes a restart"},
      {"socketmap's mode", [](config::Config& config) { config.socketmap.mode = 0600; },
       "where [socketmap] listens has changed, which takes a restart"},
      {"socketmap's limit", [](config::Config& config) { config.socketmap.connections = 1; }, ""},
  };
  for (const auto& [name, change, want] : cases) {
    SCOPED_TRACE(name);
    const auto running = config_of(whole());
    auto wanted = running;
    change(wanted);
    if (want.empty()) {
      EXPECT_THAT(restart_lines(running, wanted), IsEmpty());
    } else {
      EXPECT_THAT(restart_lines(running, wanted), ElementsAre(want));
    }
  }
}

TEST(KeepWhatRuns, PutsBackWhatTakesARestart) {
  const auto running = config_of(whole());
  auto wanted = running;
  wanted.server = {7, "x", "/x"};
  wanted.history_enabled = !running.history_enabled;
  wanted.history.url = wanted.ledger.url = wanted.quarantine.url = wanted.held.url = "sqlite:x";
  wanted.gateway.has_quarantine = !running.gateway.has_quarantine;
  wanted.history_ordinary = true;
  wanted.milter.internal = wanted.milter.listen = wanted.socketmap.listen = {{.path = "/run/x"}};
  wanted.milter.mode = wanted.socketmap.mode = 0600;
  wanted.milter.group = wanted.socketmap.group = "x";
  wanted.socketmap.connections = 7;
  keep_what_runs(running, wanted);
  EXPECT_THAT(restart_lines(running, wanted), IsEmpty());
  EXPECT_EQ(wanted.gateway.has_quarantine, running.gateway.has_quarantine);
  EXPECT_TRUE(wanted.history_ordinary);
  EXPECT_EQ(wanted.socketmap.connections, 7u);
}

TEST(KeepWhatRuns, AStageThatHoldsWaitsForItsStore) {
  using Stage = policy::WayOutStage;
  const struct {
    const char* name;
    Stage runs;
    std::string_view has;
    Stage wanted;
    std::string_view wants;
    Stage want;
  } rows[] = {
      {"store and stage are new", Stage::Observe, "", Stage::Hold, "a", Stage::Observe},
      {"the store is another", Stage::Observe, "a", Stage::Strict, "b", Stage::Observe},
      {"and it holds already", Stage::Hold, "a", Stage::Hold, "b", Stage::Hold},
      {"the stage alone", Stage::Observe, "a", Stage::Hold, "a", Stage::Hold},
      {"it holds no more", Stage::Hold, "a", Stage::Observe, "b", Stage::Observe},
      {"and has no store", Stage::Hold, "a", Stage::Observe, "", Stage::Observe},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    config::Config running;
    running.gateway.way_out.stage = row.runs;
    running.held.url = row.has;
    auto wanted = running;
    wanted.gateway.way_out.stage = row.wanted;
    wanted.held.url = row.wants;
    const auto lines = restart_lines(running, wanted);
    const bool is_told = std::ranges::any_of(
        lines, [&](const auto& line) { return line.contains(fmt::format("still {}", name(row.runs))); });
    keep_what_runs(running, wanted);
    EXPECT_EQ(wanted.gateway.way_out.stage, row.want);
    EXPECT_EQ(is_told, row.want != row.wanted);
    EXPECT_EQ(wanted.held.url, row.has);
  }
}

}  // namespace
}  // namespace backstop::service
