#include "net/passed_sockets.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "base/folder_fixture.h"
#include "net/connect.h"
#include "net/listener.h"
#include "net/local_socket.h"
#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using PassedSocketsTest = LoopTest;

/// Returns a descriptor as a supervisor passes it: one that blocks and that a child would inherit.
int passed(const Endpoint& endpoint, Endpoint& real) {
  auto sockets = listen(endpoint, 1);
  EXPECT_TRUE(sockets);
  real = sockets->front().endpoint();
  const int descriptor = sockets->front().release();
  ::fcntl(descriptor, F_SETFD, 0);
  ::fcntl(descriptor, F_SETFL, 0);
  return descriptor;
}

const Endpoint kAny = *parse_endpoint("127.0.0.1:0");

TEST_F(PassedSocketsTest, AreTakenByTheirAddress) {
  PassedSockets sockets;
  Endpoint first;
  Endpoint second;
  const int one = passed(kAny, first);
  const int other = passed(*parse_endpoint("[::1]:0"), second);
  sockets.adopt({one, other});
  EXPECT_EQ(sockets.take(second), other);
  EXPECT_EQ(sockets.take(second), std::nullopt) << "it is taken once";
  EXPECT_EQ(sockets.take("/nowhere.sock"), std::nullopt);
  EXPECT_NE(::fcntl(other, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(::fcntl(other, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(sockets.close_rest(), std::vector<std::string>{first.text()});
  EXPECT_LT(::fcntl(one, F_GETFD), 0) << "what nobody takes is closed";
  ::close(other);
}

TEST_F(PassedSocketsTest, WhatIsNoListeningSocketIsNamed) {
  PassedSockets sockets;
  const int datagrams = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  sockets.adopt({datagrams, silent, file});
  std::vector<std::string> want;
  for (const int one : {datagrams, silent, file})
    want.push_back("descriptor " + std::to_string(one) + ", which is no listening stream socket");
  EXPECT_EQ(sockets.close_rest(), want);
}

// What came before we were there is accepted, by any worker.
TEST_F(PassedSocketsTest, ListenTakesThem) {
  Endpoint real;
  PassedSockets::of_process().adopt({passed(kAny, real)});
  std::vector<std::unique_ptr<Stream>> streams;
  auto sockets = listen(real, 2);
  ASSERT_TRUE(sockets);
  ASSERT_EQ(sockets->size(), 2u);
  EXPECT_EQ(sockets->at(1).endpoint(), real);
  EXPECT_TRUE(PassedSockets::of_process().close_rest().empty());
  Listener listener(
      loop_.context(), std::move(sockets->at(1)),
      [](Socket socket, const Endpoint&, const Endpoint&) { ::send(socket.native_handle(), "2", 1, 0); });
  const auto greet = [&]() -> Task<void> {
    auto stream = co_await connect({.host = "127.0.0.1", .port = real.port, .path = {}}, loop_,
                                   std::chrono::seconds(10));
    EXPECT_TRUE(stream);
    if (stream) {
      EXPECT_EQ(co_await read_exactly(**stream, 1), "2");
    }
    listener.stop();
  };
  run(listener.run(), greet());
}

TEST_F(PassedSocketsTest, ListenLocalTakesThemAndLeavesTheirFile) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("a.sock");
  auto made = listen_local(path);
  ASSERT_TRUE(made);
  PassedSockets::of_process().adopt({::dup(made->descriptor())});
  {
    const auto again = listen_local(path);
    ASSERT_TRUE(again);
    EXPECT_TRUE(PassedSockets::of_process().close_rest().empty());
  }
  EXPECT_EQ(::access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace backstop::net
