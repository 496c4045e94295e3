#include "service/status_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/folder_fixture.h"
#include "store/history_fixture.h"

namespace backstop::service {
namespace {

using report::Status;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Nobody : public intake::Journal {
 public:
  void record(store::Event) override {}
  void notice(os::LogLevel, std::string_view) override {}
};

report::Moment now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

store::Event late_refusal(std::string gateway, std::string recipient, store::Direction direction) {
  store::Event event;
  event.time = now();
  event.id = "1";
  event.gateway = std::move(gateway);
  event.direction = direction;
  event.recipients = {std::move(recipient)};
  event.kind = "none";
  event.cause = store::kLateUnknown;
  if (direction == store::Direction::Inbound) event.done = store::Done::Refused;
  return event;
}

class StatusSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    auto settings = std::make_shared<gateway::Settings>();
    settings->hostname = "mx.example.org";
    const auto gateway = [&](std::string name, store::Direction direction, std::string_view hop) {
      auto& one = settings->gateways.emplace_back();
      one.name = std::move(name);
      one.direction = direction;
      one.listen = {{net::asio::ip::make_address("127.0.0.1"), 0}};
      one.next_hop = *next_hop::parse_next_hop(hop);
    };
    gateway("in", store::Direction::Inbound, "smtp://192.0.2.1:25");
    gateway("in2", store::Direction::Inbound, "smtp://192.0.2.2:25");
    gateway("out", store::Direction::Outbound, "maildir:/nowhere/%n");
    const auto domain = [&](std::string name, policy::Stage stage) {
      intake::DomainSettings one;
      one.name = std::move(name);
      one.stage = stage;
      return one;
    };
    settings->domains.push_back(domain("example.org", policy::Stage::Observe));
    auto own = domain("example.net", policy::Stage::Reject);
    own.next_hop =
        std::make_shared<const next_hop::NextHop>(*next_hop::parse_next_hop("smtp://192.0.2.3:25"));
    settings->domains.push_back(std::move(own));
    settings->domains.push_back(domain("*.example.net", policy::Stage::Quarantine));
    settings_ = std::move(settings);
    auto server = gateway::Server::bind(settings_, 2, nobody_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    server_->start();
  }

  void open_history() {
    auto writer = store::open_history({.url = url_}, [](const std::string&) {});
    ASSERT_TRUE(writer) << writer.error().message;
    writer_ = std::move(*writer);
  }
  void record(store::Event event) {
    writer_->record(std::move(event));
    ASSERT_TRUE(writer_->flush(std::chrono::seconds(60)));
  }
  std::unique_ptr<StatusSource> source() {
    return std::make_unique<StatusSource>(
        *server_, RunningStores{.history = writer_ ? url_ : "", .history_writer = writer_.get()},
        std::make_shared<const Running>(
            Running{.settings = settings_, .listening = server_->listening(), .config_file = "/etc/b.toml"}));
  }
  static const Status::NextHop& hop(const Status& status, std::string_view part) {
    for (const auto& one : status.next_hops) {
      if (one.url.contains(part)) return one;
    }
    ADD_FAILURE() << part;
    std::abort();
  }
  static std::vector<std::string> late(const Status& status, std::string_view part) {
    std::vector<std::string> domains;
    for (const auto& one : hop(status, part).refuses_late) domains.push_back(one.domain);
    return domains;
  }

  base::TemporaryFolder folder_;
  const std::string url_ = "sqlite:" + folder_.path("history.db");
  Nobody nobody_;
  std::shared_ptr<const gateway::Settings> settings_;
  std::unique_ptr<gateway::Server> server_;
  std::unique_ptr<store::HistoryWriter> writer_;
};

TEST_F(StatusSourceTest, TellsWhatIsConfigured) {
  const auto status = source()->look();
  EXPECT_EQ(status.config_file, "/etc/b.toml");
  EXPECT_EQ(status.workers, 2u);
  EXPECT_EQ(status.workers_counted, 2u);
  ASSERT_THAT(status.gateways, SizeIs(3));
  EXPECT_THAT(status.gateways[0].addresses, ElementsAre(server_->listening()[0].endpoint.text()));
  EXPECT_EQ(status.gateways[1].next_hop, "smtp://192.0.2.2:25");
  ASSERT_THAT(status.next_hops, SizeIs(4));
  EXPECT_THAT(hop(status, "192.0.2.1").gateways, ElementsAre("in"));
  EXPECT_THAT(hop(status, "192.0.2.3").domains, ElementsAre("example.net"));
  EXPECT_EQ(hop(status, "maildir").state, Status::HopState::Works);
  EXPECT_FALSE(status.today) << "there is no history";
  EXPECT_THAT(status.stores, IsEmpty());
  EXPECT_EQ(status.domains.count, 3u);
  EXPECT_THAT(status.domains.stages, ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(status.domains.not_ready, ElementsAre("example.net"));
}

TEST_F(StatusSourceTest, CountsTheEventsOfTheDay) {
  open_history();
  auto bounce = store::refused_bounce();
  bounce.time = now();
  record(bounce);
  bounce.time -= std::chrono::days(1);
  record(bounce);
  const auto status = source()->look();
  ASSERT_TRUE(status.today);
  const auto day = status.today->json();
  EXPECT_EQ(day.at("inbound").as_object().at("refused").to_number<int>(), 1);
  EXPECT_EQ(day.at("responses").as_object().at("dsn-failed").to_number<int>(), 1);
  ASSERT_THAT(status.stores, SizeIs(1));
  EXPECT_EQ(status.stores[0].trouble, "");
  EXPECT_EQ(status.stores[0].waiting, 0u);
}

// A bounce leaves by the gateway of outgoing mail, which is not the one whose next hop took the recipient.
TEST_F(StatusSourceTest, NamesTheNextHopThatRefusesLate) {
  open_history();
  record(late_refusal("in2", "zoe@example.org", store::Direction::Inbound));
  record(late_refusal("out", "zoe@example.net", store::Direction::Outbound));
  const auto status = source()->look();
  EXPECT_THAT(late(status, "192.0.2.1"), IsEmpty());
  EXPECT_THAT(late(status, "192.0.2.2"), ElementsAre("example.org"));
  EXPECT_THAT(late(status, "192.0.2.3"), ElementsAre("example.net"));
  EXPECT_THAT(late(status, "maildir"), IsEmpty());
}

TEST_F(StatusSourceTest, ABounceThatLeftIsOfEveryInboundNextHop) {
  open_history();
  record(late_refusal("out", "zoe@example.org", store::Direction::Outbound));
  const auto status = source()->look();
  EXPECT_THAT(late(status, "192.0.2.1"), ElementsAre("example.org"));
  EXPECT_THAT(late(status, "192.0.2.2"), ElementsAre("example.org"));
  EXPECT_THAT(late(status, "192.0.2.3"), IsEmpty());
}

TEST_F(StatusSourceTest, AHistoryThatCanNotBeReadIsSaid) {
  open_history();
  auto status_source = std::make_unique<StatusSource>(
      *server_,
      RunningStores{.history = "sqlite:" + folder_.path().string(), .history_writer = writer_.get()},
      std::make_shared<const Running>(Running{.settings = settings_}));
  const auto status = status_source->look();
  EXPECT_FALSE(status.today);
  ASSERT_THAT(status.stores, SizeIs(1));
  EXPECT_NE(status.stores[0].trouble, "");
}

TEST_F(StatusSourceTest, AQuarantineThatIsNotThereYetIsEmpty) {
  RunningStores stores;
  stores.quarantine.url = "sqlite:" + folder_.path("quarantine.db");
  StatusSource one(*server_, stores, std::make_shared<const Running>(Running{.settings = settings_}));
  const auto status = one.look();
  ASSERT_THAT(status.stores, SizeIs(1));
  EXPECT_EQ(status.stores[0].name, "quarantine");
  EXPECT_EQ(status.stores[0].kept, 0u);
  EXPECT_EQ(status.stores[0].trouble, "");
}

TEST_F(StatusSourceTest, AServerThatHasStoppedIsNotWaitedForLong) {
  auto one = source();
  server_->stop(std::chrono::seconds(20));
  const auto status = one->look();
  EXPECT_EQ(status.workers_counted, 0u);
}

}  // namespace
}  // namespace backstop::service
