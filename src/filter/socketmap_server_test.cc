// Sockets, and who may connect.
#include "filter/socketmap_server.h"

#include <sys/un.h>

#include "base/folder_fixture.h"
#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

class SocketmapServerTest : public FilterTest {
 protected:
  std::unique_ptr<intake::LiveSession> connect(const intake::MakeSession& make, std::string_view peer) {
    auto [near, far] = net::tcp_ends();
    net::Socket socket(loop_.context(), {AF_INET, IPPROTO_TCP}, near.release());
    return make(workplace_, std::move(socket), *net::parse_endpoint(peer));
  }

  base::TemporaryFolder folder_;
};

TEST_F(SocketmapServerTest, ListensAtAllPlacesAndLetsPeersIn) {
  const std::string path = folder_.path() / "map.sock";
  settings_.socketmap = {.listen = {{.path = path}, {.endpoint = *net::parse_endpoint("127.0.0.1:0")}},
                         .peers = {*net::Network::parse("127.0.0.0/8")}};
  SocketmapServer server(settings(), journal_);
  const auto opened = server.bind(2);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(opened->size(), 2u);
  for (const auto& one : *opened) EXPECT_EQ(one.sockets.size(), 2u);
  ASSERT_EQ(server.listening().size(), 2u);
  EXPECT_EQ(server.listening()[0].text(), "unix:" + path);
  EXPECT_NE(server.listening()[1].endpoint.port, 0);
  const auto session = connect(opened->at(1).make_session, "127.0.0.1:9");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->gateway_name(), "socketmap");
  EXPECT_NE(connect(opened->at(0).make_session, "192.0.2.1:9"), nullptr);
  EXPECT_EQ(connect(opened->at(1).make_session, "192.0.2.1:9"), nullptr);
  EXPECT_THAT(journal_.lines, ElementsAre(StartsWith("socketmap: 192.0.2.1 may not connect")));
}

TEST_F(SocketmapServerTest, SaysWhyItCanNotListen) {
  settings_.socketmap.listen = {{.path = folder_.path() / "none" / "map.sock"}};
  EXPECT_FALSE(SocketmapServer(settings(), journal_).bind(1));
}

}  // namespace
}  // namespace backstop::filter
