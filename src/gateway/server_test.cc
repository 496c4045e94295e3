#include "gateway/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop_fixture.h"

namespace backstop::gateway {
namespace {

using net::Peer;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kGone = "421 4.3.2 This service has ended, closing\r\n";
constexpr std::string_view kStopping = "421 4.3.2 This server is shutting down, try again later\r\n";
constexpr std::string_view kGreeting = "220 mx.example.org ESMTP Backstop\r\n";

class Nobody : public intake::Journal {
 public:
  void record(store::Event) override {}
  void notice(base::LogLevel, std::string_view) override {}
};

struct Wanted {
  std::string name;
  net::Endpoint listen{net::asio::ip::make_address("127.0.0.1"), 0};
  Direction direction = Direction::Inbound;
};

std::shared_ptr<const Settings> settings_of(const std::vector<Wanted>& wanted) {
  auto settings = std::make_shared<Settings>();
  settings->hostname = "mx.example.org";
  for (const auto& one : wanted) {
    GatewaySettings& gateway = settings->gateways.emplace_back();
    gateway.name = one.name;
    gateway.direction = one.direction;
    gateway.listen = {one.listen};
    gateway.next_hop = *next_hop::parse_next_hop("maildir:/nowhere/%n");
  }
  return settings;
}

std::vector<std::string> texts(const std::vector<Server::Rebinding::Change>& changes) {
  constexpr std::array<std::string_view, 3> kKinds = {"opened", "taken over", "closed"};
  std::vector<std::string> lines;
  for (const auto& change : changes) {
    lines.push_back(std::string(kKinds.at(static_cast<std::size_t>(change.kind))) + " " +
                    change.what.gateway + (change.before.empty() ? "" : " from " + change.before));
  }
  return lines;
}

class ServerTest : public testing::Test {
 protected:
  void bind(const std::vector<Wanted>& wanted, unsigned workers = 2) {
    auto server = Server::bind(settings_of(wanted), workers, nobody_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  /// Returns how a reload changed the addresses.
  std::vector<std::string> reload(const std::vector<Wanted>& wanted) {
    const auto settings = settings_of(wanted);
    auto rebinding = server_->rebind(*settings);
    EXPECT_TRUE(rebinding) << rebinding.error().message;
    if (!rebinding) return {};
    auto lines = texts(rebinding->changes);
    server_->reload(settings, std::move(*rebinding));
    return lines;
  }

  net::Endpoint endpoint(std::size_t index = 0) const { return server_->listening().at(index).endpoint; }

  /// -1 if nothing listens there.
  static int try_connect(const net::Endpoint& to) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(to.address.to_v4().to_uint());
    address.sin_port = htons(to.port);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    // So that a test that fails ends.
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      return descriptor;
    }
    ::close(descriptor);
    return -1;
  }
  static Peer client(const net::Endpoint& to) {
    const int descriptor = try_connect(to);
    EXPECT_GE(descriptor, 0) << to.text();
    return Peer(descriptor);
  }

  Nobody nobody_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AWaitingConnectionIsToldThatTheGatewayIsGone) {
  bind({{"in"}, {"out"}});
  std::vector<Peer> clients;
  clients.reserve(20);
  // No connection is accepted yet.
  for (int i = 0; i < 20; ++i) clients.push_back(client(endpoint(1)));
  const auto gone = endpoint(1);
  EXPECT_THAT(reload({{"in"}}), ElementsAre("closed out"));
  server_->start();
  for (const auto& one : clients) EXPECT_EQ(one.receive(), kGone);
  EXPECT_EQ(try_connect(gone), -1);
  EXPECT_EQ(client(endpoint()).receive(kGreeting.size()), kGreeting);
}

TEST_F(ServerTest, AWaitingConnectionIsToldThatWeStop) {
  bind({{"in"}});
  const Peer waiting = client(endpoint());
  server_->start();
  const Peer idle = client(endpoint());
  EXPECT_EQ(idle.receive(kGreeting.size()), kGreeting);
  server_->stop(std::chrono::seconds(20));
  EXPECT_EQ(idle.receive(), kStopping);
  const auto heard = waiting.receive();
  EXPECT_TRUE(heard == kStopping || heard == std::string(kGreeting) + std::string(kStopping)) << heard;
}

TEST_F(ServerTest, CountsTheSessionsOfEachGateway) {
  bind({{"in"}, {"out"}}, 3);
  server_->start();
  std::vector<Peer> clients;
  for (const std::size_t place : {0u, 0u, 1u, 0u}) {
    clients.push_back(client(endpoint(place)));
    EXPECT_EQ(clients.back().receive(kGreeting.size()), kGreeting);
  }
  const auto open = server_->count_sessions(std::chrono::seconds(60));
  EXPECT_EQ(open.workers, 3u);
  EXPECT_EQ(open.answered, 3u);
  EXPECT_THAT(open.sessions.clients, ElementsAre(testing::Pair("in", 3u), testing::Pair("out", 1u)));
  EXPECT_THAT(open.sessions.idle, IsEmpty());
}

TEST_F(ServerTest, WorkersThatHaveEndedAreNotWaitedForLong) {
  bind({{"in"}});
  server_->start();
  server_->stop(std::chrono::seconds(20));
  EXPECT_EQ(server_->count_sessions(std::chrono::milliseconds(10)).answered, 0u);
}

TEST_F(ServerTest, AnAddressThatStaysIsNotTouched) {
  bind({{"in"}, {"out"}});
  const auto before = endpoint();
  const Peer waiting = client(before);
  EXPECT_THAT(reload({{"new"}, {"in"}}), ElementsAre("opened new", "closed out"));
  EXPECT_EQ(endpoint(1), before);
  server_->start();
  EXPECT_EQ(waiting.receive(kGreeting.size()), kGreeting);
  EXPECT_EQ(client(endpoint(0)).receive(kGreeting.size()), kGreeting);
  EXPECT_THAT(reload({{"new"}, {"in"}}), IsEmpty());
}

TEST_F(ServerTest, AnAddressGoesToAnotherGatewayWithItsWaitingConnections) {
  bind({{"in"}});
  const auto before = endpoint();
  const Peer waiting = client(before);
  EXPECT_THAT(reload({{"mx", before}}), ElementsAre("taken over mx from in"));
  server_->start();
  EXPECT_EQ(waiting.receive(kGreeting.size()), kGreeting);
  EXPECT_THAT(reload({{"in", before}}), ElementsAre("taken over in from mx"));
  EXPECT_EQ(waiting.receive(), kGone);
  EXPECT_EQ(client(before).receive(kGreeting.size()), kGreeting);
}

TEST_F(ServerTest, AGatewayInTheOtherDirectionIsAnother) {
  bind({{"in"}});
  server_->start();
  const Peer peer = client(endpoint());
  EXPECT_EQ(peer.receive(kGreeting.size()), kGreeting);
  EXPECT_THAT(reload({{"in", endpoint(), Direction::Outbound}}), IsEmpty());
  EXPECT_EQ(peer.receive(), kGone);
}

TEST_F(ServerTest, AllAddressesTakeThePlaceOfOne) {
  for (const unsigned workers : {1u, 2u}) {
    bind({{"in"}}, workers);
    server_->start();
    const auto one = endpoint();
    const net::Endpoint all{net::asio::ip::make_address("0.0.0.0"), one.port};
    EXPECT_THAT(reload({{"in", all}}), ElementsAre("opened in", "closed in"));
    EXPECT_EQ(endpoint(), all);
    EXPECT_EQ(client(one).receive(kGreeting.size()), kGreeting);
    EXPECT_THAT(reload({{"in", one}}), ElementsAre("opened in", "closed in"));
    EXPECT_EQ(client(one).receive(kGreeting.size()), kGreeting);
  }
}

TEST_F(ServerTest, WithoutOneAddressNothingChanges) {
  bind({{"in"}, {"out"}});
  server_->start();
  const auto taken = net::listen({net::asio::ip::make_address("127.0.0.1"), 0}, 1);
  ASSERT_TRUE(taken);
  const net::Endpoint free{net::asio::ip::make_address("127.0.0.2"), endpoint().port};
  const auto refused =
      server_->rebind(*settings_of({{"in"}, {"new", free}, {"other", taken->front().endpoint()}}));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("address already in use")) << refused.error().message;
  EXPECT_EQ(server_->listening().size(), 2u);
  EXPECT_EQ(try_connect(free), -1) << "what was bound before it is given up";
  for (const std::size_t i : {0u, 1u}) {
    EXPECT_EQ(client(endpoint(i)).receive(kGreeting.size()), kGreeting);
  }
}

TEST_F(ServerTest, ARebindingThatIsThrownAwayChangesNothing) {
  bind({{"in"}});
  server_->start();
  net::Endpoint opened;
  {
    const auto rebinding = server_->rebind(*settings_of({{"new"}}));
    ASSERT_TRUE(rebinding);
    opened = rebinding->listening.front().endpoint;
    EXPECT_GE(client(opened).descriptor(), 0);
  }
  EXPECT_EQ(try_connect(opened), -1);
  EXPECT_EQ(client(endpoint()).receive(kGreeting.size()), kGreeting);
}

}  // namespace
}  // namespace backstop::gateway
