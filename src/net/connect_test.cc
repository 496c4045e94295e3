#include "net/connect.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <string>

#include "base/folder_fixture.h"
#include "net/listener.h"
#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;

class ConnectTest : public LoopTest {
 protected:
  using Result = std::expected<std::unique_ptr<Stream>, ConnectError>;

  Result dial(const Target& target, std::chrono::steady_clock::duration limit = 1h) {
    Result result;
    auto into = [](Target to, Loop& loop, std::chrono::steady_clock::duration most,
                   Result& out) -> Task<void> { out = co_await connect(std::move(to), loop, most); };
    run(into(target, loop_, limit, result));
    return result;
  }

  // Nobody accepts; the system completes the connection by itself.
  ListeningSocket listening(const char* address = "127.0.0.1") {
    auto sockets = listen({asio::ip::make_address(address), 0}, 1);
    if (!sockets) std::abort();
    return std::move(sockets->front());
  }
};

TEST_F(ConnectTest, ToNumbersAndNames) {
  const auto ipv4 = listening();
  const auto ipv6 = listening("::1");
  struct Row {
    const char* host;
    std::uint16_t port;
  };
  for (const auto& row :
       {Row{"127.0.0.1", ipv4.endpoint().port}, Row{"::1", ipv6.endpoint().port},
        Row{"::ffff:127.0.0.1", ipv4.endpoint().port}, Row{"localhost", ipv4.endpoint().port}}) {
    const auto stream = dial({row.host, row.port, {}});
    ASSERT_TRUE(stream) << row.host << ": " << stream.error().message;
    EXPECT_TRUE((*stream)->is_open());
    EXPECT_TRUE((*stream)->is_quiet());
  }
}

TEST_F(ConnectTest, ToAUnixSocket) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("lmtp");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const Peer listening(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::bind(listening.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listening.descriptor(), 1), 0);
  const auto stream = dial({{}, 0, path});
  ASSERT_TRUE(stream) << stream.error().message;
  const Peer far(::accept(listening.descriptor(), nullptr, nullptr));
  auto talk = [](Stream& near) -> Task<void> {
    EXPECT_TRUE(co_await near.write("LHLO ", "a.example\r\n"));
    co_await near.shut_down();
  };
  run(talk(**stream));
  EXPECT_EQ(far.receive(), "LHLO a.example\r\n");
}

TEST_F(ConnectTest, SaysWhyNot) {
  std::uint16_t free_port = 0;
  {
    free_port = listening().endpoint().port;
  }
  struct Row {
    const char* name;
    Target target;
    std::string want;
    bool want_of_name = false;
  };
  const Row rows[] = {
      {"nobody listens", {"127.0.0.1", free_port, {}}, "connection refused"},
      {"nobody listens at a name", {"localhost", free_port, {}}, "connection refused"},
      {"no such host", {"no-such-host.invalid", 25, {}}, "no such host", true},
      {"no such socket", {{}, 0, "/nowhere/lmtp"}, "no such file or directory"},
      {"a path that no socket can have",
       {{}, 0, "/" + std::string(107, 'x')},
       "the path of a socket has at most 107 bytes"},
      {"the longest path", {{}, 0, "/" + std::string(106, 'x')}, "no such file or directory"},
  };
  for (const auto& row : rows) {
    const auto stream = dial(row.target);
    ASSERT_FALSE(stream) << row.name;
    EXPECT_EQ(stream.error().message, row.want) << row.name;
    EXPECT_EQ(stream.error().is_of_name, row.want_of_name) << row.name;
  }
}

// A listener whose backlog is full: the system answers no further connection.
class FullBacklog {
 public:
  FullBacklog() : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listening_.descriptor(), any, size) != 0 || ::listen(listening_.descriptor(), 0) != 0 ||
        ::getsockname(listening_.descriptor(), any, &size) != 0) {
      std::abort();
    }
    port = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
      waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      ::connect(waiting_.back().descriptor(), any, size);
    }
  }
  std::uint16_t port = 0;

 private:
  Peer listening_;
  std::vector<Peer> waiting_;
};

TEST_F(ConnectTest, WaitsNoLongerThanItsLimit) {
  const FullBacklog full;
  struct Row {
    std::chrono::milliseconds limit;
    const char* want;
  };
  for (const auto& row : {Row{0ms, "no answer in 0 s"}, Row{1ms, "no answer in 1 ms"}}) {
    const auto stream = dial({"127.0.0.1", full.port, {}}, row.limit);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().message, row.want);
    EXPECT_FALSE(stream.error().is_of_name);
  }
}

TEST_F(ConnectTest, ALookUpThatIsTooLateIsDropped) {
  const auto stream = dial({"localhost", 25, {}}, -1h);
  ASSERT_FALSE(stream);
  EXPECT_TRUE(stream.error().message.starts_with("no answer in ")) << stream.error().message;
  EXPECT_TRUE(stream.error().is_of_name);
}

Task<void> expect_nothing_in(Stream& stream, Task<void> time) {
  co_await std::move(time);
  EXPECT_TRUE(stream.is_open());
  stream.close();
}

TEST_F(ConnectTest, AStreamThatIsConnectedHasNoDeadlineYet) {
  const auto far = listening();
  const auto stream = dial({"127.0.0.1", far.endpoint().port, {}}, 2s);
  ASSERT_TRUE(stream);
  auto wait = [](Stream& near) -> Task<void> { EXPECT_EQ(co_await how_it_ends(near), Failure::Reset); };
  run(wait(**stream), expect_nothing_in(**stream, tick(10)));
}

TEST(Target, IsWritten) {
  EXPECT_EQ((Target{"mail.example.org", 25, {}}).text(), "mail.example.org:25");
  EXPECT_EQ((Target{"192.0.2.1", 2525, {}}).text(), "192.0.2.1:2525");
  EXPECT_EQ((Target{"::1", 25, {}}).text(), "[::1]:25");
  EXPECT_EQ((Target{{}, 0, "/run/lmtp"}).text(), "/run/lmtp");
}

}  // namespace
}  // namespace backstop::net
