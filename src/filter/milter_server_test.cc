// Sockets, who may connect, and how many.
#include "filter/milter_server.h"

#include <sys/stat.h>
#include <sys/un.h>

#include "base/folder_fixture.h"
#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

class MilterServerTest : public FilterTest {
 protected:
  MilterServerTest() { settings_.milter.peers = {*net::Network::parse("127.0.0.0/8")}; }

  std::unique_ptr<intake::LiveSession> connect(const intake::MakeSession& make, std::string_view peer) {
    auto [near, far] = net::tcp_ends();
    net::Socket socket(loop_.context(), {AF_INET, IPPROTO_TCP}, near.release());
    return make(workplace_, std::move(socket), *net::parse_endpoint(peer));
  }

  base::TemporaryFolder folder_;
};

TEST_F(MilterServerTest, ListensAtAllPlaces) {
  const std::string path = folder_.path() / "milter.sock";
  settings_.milter.listen = {{.path = path}, {.endpoint = *net::parse_endpoint("127.0.0.1:0")}};
  settings_.milter.internal = {{.endpoint = *net::parse_endpoint("127.0.0.1:0")}};
  settings_.milter.mode = 0600;
  MilterServer server(settings(), journal_);
  const auto opened = server.bind(2);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(opened->size(), 3u);
  for (const auto& one : *opened) EXPECT_EQ(one.sockets.size(), 2u);
  ASSERT_EQ(server.listening().size(), 3u);
  EXPECT_EQ(server.listening()[0].text(), "unix:" + path);
  EXPECT_THAT(server.listening()[1].text(), StartsWith("inet:127.0.0.1:"));
  EXPECT_NE(server.listening()[1].endpoint.port, 0);
  EXPECT_NE(server.listening()[1], server.listening()[2]);
  struct stat file{};
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(MilterServerTest, SaysWhyItCanNotListen) {
  settings_.milter.listen = {{.path = folder_.path() / "none" / "milter.sock"}};
  EXPECT_FALSE(MilterServer(settings(), journal_).bind(1));
  settings_.milter.listen = {};
  settings_.milter.internal = {{.path = folder_.path() / "none" / "milter.sock"}};
  EXPECT_FALSE(MilterServer(settings(), journal_).bind(1));
}

TEST_F(MilterServerTest, OnlyPeersMayConnectToAnAddress) {
  settings_.milter.listen = {{.endpoint = *net::parse_endpoint("127.0.0.1:0")},
                             {.path = folder_.path() / "milter.sock"}};
  MilterServer server(settings(), journal_);
  const auto opened = server.bind(1);
  ASSERT_TRUE(opened);
  EXPECT_NE(connect(opened->at(0).make_session, "127.0.0.1:9"), nullptr);
  EXPECT_THAT(journal_.lines, IsEmpty());
  EXPECT_EQ(connect(opened->at(0).make_session, "192.0.2.1:9"), nullptr);
  EXPECT_THAT(journal_.lines, ElementsAre(HasSubstr("192.0.2.1 may not connect")));
  // Who may write to the socket's file may connect, whatever address it has.
  EXPECT_NE(connect(opened->at(1).make_session, "192.0.2.1:9"), nullptr);
  // A reload counts from the next connection on.
  settings_.milter.peers = {*net::Network::parse("192.0.2.1")};
  server.reload(settings());
  EXPECT_NE(connect(opened->at(0).make_session, "192.0.2.1:9"), nullptr);
  EXPECT_EQ(connect(opened->at(0).make_session, "127.0.0.1:9"), nullptr);
  EXPECT_EQ(journal_.lines.size(), 1u) << "once a minute";
}

TEST_F(MilterServerTest, ConnectionsHaveALimit) {
  settings_.milter.connections = 2;
  settings_.milter.listen = {{.endpoint = *net::parse_endpoint("127.0.0.1:0")}};
  MilterServer server(settings(), journal_);
  const auto opened = server.bind(1);
  ASSERT_TRUE(opened);
  const auto& make = opened->front().make_session;
  auto first = connect(make, "127.0.0.1:9");
  const auto second = connect(make, "127.0.0.1:9");
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(connect(make, "127.0.0.1:9"), nullptr);
  EXPECT_EQ(connect(make, "127.0.0.1:9"), nullptr);
  EXPECT_THAT(journal_.lines, ElementsAre(HasSubstr("there are 2, and no more are allowed")));
  EXPECT_EQ(workplace_.sessions.size(), 2u);
  first.reset();
  EXPECT_NE(connect(make, "127.0.0.1:9"), nullptr);
}

TEST_F(MilterServerTest, AFailureIsToldOnceAMinute) {
  server_.tell_failure("192.0.2.9:1", "one");
  server_.tell_failure("192.0.2.9:1", "two");
  EXPECT_THAT(journal_.lines, ElementsAre("milter: the connection of 192.0.2.9:1 was closed: one"));
}

}  // namespace
}  // namespace backstop::filter
