#include "net/listener.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "net/connect.h"
#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;
using ListenerTest = LoopTest;

const Endpoint kAny{asio::ip::make_address("127.0.0.1"), 0};

struct Accepted {
  std::unique_ptr<Stream> stream;
  Endpoint peer;
  Endpoint local;
};

Listener::OnAccept into(std::vector<Accepted>& accepted, Loop& loop) {
  return [&](Socket socket, Endpoint peer, Endpoint local) {
    accepted.push_back({std::make_unique<Stream>(std::move(socket), loop.deadlines()), peer, local});
  };
}

Target target_of(const Endpoint& endpoint) {
  return {endpoint.address.to_string(), endpoint.port, {}};
}

TEST_F(ListenerTest, GivesAllTheSamePort) {
  const auto sockets = listen(kAny, 3);
  ASSERT_TRUE(sockets) << sockets.error().message;
  ASSERT_EQ(sockets->size(), 3u);
  EXPECT_NE(sockets->front().endpoint().port, 0);
  for (const auto& socket : *sockets) EXPECT_EQ(socket.endpoint(), sockets->front().endpoint());
}

TEST_F(ListenerTest, DoesNotShareWithOthers) {
  for (const std::size_t count : {1u, 2u}) {
    const auto sockets = listen(kAny, count);
    ASSERT_TRUE(sockets);
    const auto taken = sockets->front().endpoint();
    for (const std::size_t more : {1u, 2u}) {
      const auto again = listen(taken, more);
      ASSERT_FALSE(again) << count << " and " << more;
      EXPECT_EQ(again.error().message, "can't listen on " + taken.text() +
                                           ": address already in use; \"ss -ltnp\" tells who listens there");
    }
  }
}

TEST_F(ListenerTest, SaysWhereItCannotListen) {
  const Endpoint foreign{asio::ip::make_address("192.0.2.1"), 2525};
  const auto sockets = listen(foreign, 1);
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error().message,
            "can't listen on 192.0.2.1:2525: cannot assign requested address; this host has no such address");
}

TEST_F(ListenerTest, AListeningSocketClosesItself) {
  auto sockets = listen(kAny, 1);
  ASSERT_TRUE(sockets);
  const auto endpoint = sockets->front().endpoint();
  ListeningSocket moved = std::move(sockets->front());
  sockets->clear();
  EXPECT_FALSE(listen(endpoint, 1));
  {
    const ListeningSocket last = std::move(moved);
  }
  EXPECT_TRUE(listen(endpoint, 1));
}

Task<void> connect_times(int times, Target target, Loop& loop, std::vector<std::unique_ptr<Stream>>& streams,
                         std::vector<Listener*> listeners) {
  for (int i = 0; i < times; ++i) {
    auto stream = co_await connect(target, loop, 1h);
    EXPECT_TRUE(stream) << stream.error().message;
    if (!stream) break;
    // The greeting shows that this one was accepted before the next one connects.
    char byte = 0;
    const auto greeted = co_await (*stream)->read_some({&byte, 1});
    EXPECT_TRUE(greeted);
    streams.push_back(*std::move(stream));
  }
  for (auto* listener : listeners) listener->stop();
}

Listener::OnAccept greeting(std::vector<Accepted>& accepted, Loop& loop) {
  return [&](Socket socket, Endpoint peer, Endpoint local) {
    ::send(socket.native_handle(), "2", 1, 0);
    accepted.push_back({std::make_unique<Stream>(std::move(socket), loop.deadlines()), peer, local});
  };
}

struct AddressRow {
  const char* listen;
  const char* connect;
};

TEST_F(ListenerTest, TellsBothAddresses) {
  for (const auto& row : {AddressRow{"127.0.0.1", "127.0.0.1"}, AddressRow{"0.0.0.0", "127.0.0.2"},
                          AddressRow{"::1", "::1"}, AddressRow{"::", "::1"}}) {
    auto sockets = listen({asio::ip::make_address(row.listen), 0}, 1);
    ASSERT_TRUE(sockets) << sockets.error().message;
    std::vector<Accepted> accepted;
    Listener listener(loop_.context(), std::move(sockets->front()), greeting(accepted, loop_));
    const auto port = listener.endpoint().port;
    std::vector<std::unique_ptr<Stream>> streams;
    run(listener.run(), connect_times(2, {row.connect, port, {}}, loop_, streams, {&listener}));
    ASSERT_EQ(accepted.size(), 2u);
    for (const auto& one : accepted) {
      EXPECT_EQ(one.local, (Endpoint{asio::ip::make_address(row.connect), port})) << row.listen;
      EXPECT_EQ(one.peer.address, asio::ip::make_address(row.connect).is_v6() ? asio::ip::make_address("::1")
                                                                              : one.peer.address);
      EXPECT_TRUE(one.peer.address.is_loopback());
      EXPECT_NE(one.peer.port, 0);
    }
    EXPECT_NE(accepted[0].peer.port, accepted[1].peer.port);
  }
}

// The port that the system chose is free for IPv6; another program may have it for IPv4, so several are
// tried.
TEST_F(ListenerTest, AnIPv6ListenerLeavesIPv4ToAnother) {
  bool is_left = false;
  for (int i = 0; i < 50 && !is_left; ++i) {
    const auto ipv6 = listen({asio::ip::make_address("::"), 0}, 1);
    ASSERT_TRUE(ipv6) << ipv6.error().message;
    is_left = listen({asio::ip::make_address("0.0.0.0"), ipv6->front().endpoint().port}, 1).has_value();
  }
  EXPECT_TRUE(is_left);
}

TEST_F(ListenerTest, WorkersShareTheConnections) {
  auto sockets = listen(kAny, 2);
  ASSERT_TRUE(sockets);
  std::vector<Accepted> first_accepted;
  std::vector<Accepted> second_accepted;
  Listener first(loop_.context(), std::move((*sockets)[0]), greeting(first_accepted, loop_));
  Listener second(loop_.context(), std::move((*sockets)[1]), greeting(second_accepted, loop_));
  std::vector<std::unique_ptr<Stream>> streams;
  run(first.run(), second.run(),
      connect_times(100, target_of(first.endpoint()), loop_, streams, {&first, &second}));
  EXPECT_EQ(first_accepted.size() + second_accepted.size(), 100u);
  EXPECT_GT(first_accepted.size(), 0u);
  EXPECT_GT(second_accepted.size(), 0u);
}

TEST_F(ListenerTest, ConnectionsDoNotDelay) {
  auto sockets = listen(kAny, 1);
  ASSERT_TRUE(sockets);
  bool is_set = false;
  Listener listener(loop_.context(), std::move(sockets->front()),
                    [&](Socket socket, const Endpoint&, const Endpoint&) {
                      int value = 0;
                      socklen_t size = sizeof value;
                      ::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &value, &size);
                      is_set = value != 0;
                      ::send(socket.native_handle(), "2", 1, 0);
                    });
  std::vector<std::unique_ptr<Stream>> streams;
  run(listener.run(), connect_times(1, target_of(listener.endpoint()), loop_, streams, {&listener}));
  EXPECT_TRUE(is_set);
}

// Without a free descriptor it waits, and goes on when there is one again.
TEST_F(ListenerTest, OutlivesALackOfDescriptors) {
  auto sockets = listen(kAny, 1);
  ASSERT_TRUE(sockets);
  std::vector<Accepted> accepted;
  Listener listener(loop_.context(), std::move(sockets->front()), into(accepted, loop_));
  // The client's socket is made before the descriptors are gone.
  const auto address = asio::ip::tcp::endpoint(listener.endpoint().address, listener.endpoint().port);
  const Peer client(::socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(::connect(client.descriptor(), address.data(), static_cast<socklen_t>(address.size())), 0);
  auto starve = [](asio::io_context& loop, std::vector<Accepted>& got, Listener& one,
                   Task<void> wait) -> Task<void> {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = before;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
    co_await std::move(wait);
    EXPECT_TRUE(got.empty());
    ::setrlimit(RLIMIT_NOFILE, &before);
    while (got.empty()) {
      Timer timer(loop);
      timer.expires_after(1ms);
      co_await timer.async_wait(kUseTask);
    }
    one.stop();
  };
  run(starve(loop_.context(), accepted, listener, tick()), listener.run());
  EXPECT_EQ(accepted.size(), 1u);
}

TEST_F(ListenerTest, SharesWithOurselvesIfAsked) {
  for (const std::size_t count : {1u, 2u}) {
    const auto first = listen(kAny, count);
    ASSERT_TRUE(first);
    const Endpoint all{asio::ip::make_address("0.0.0.0"), first->front().endpoint().port};
    EXPECT_FALSE(listen(all, count)) << count;
    EXPECT_TRUE(listen(all, count, Sharing::WithOurselves)) << count;
  }
}

TEST_F(ListenerTest, ConnectionsThatWaitAtAStopAreAccepted) {
  auto sockets = listen(kAny, 1);
  ASSERT_TRUE(sockets);
  const auto address =
      asio::ip::tcp::endpoint(sockets->front().endpoint().address, sockets->front().endpoint().port);
  std::vector<Peer> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(::connect(clients.back().descriptor(), address.data(), static_cast<socklen_t>(address.size())),
              0);
  }
  std::vector<Accepted> accepted;
  Listener listener(loop_.context(), std::move(sockets->front()), greeting(accepted, loop_));
  listener.stop();
  run(listener.run());
  EXPECT_EQ(accepted.size(), 10u);
  for (const auto& client : clients) EXPECT_EQ(client.receive(1), "2");
}

TEST_F(ListenerTest, EndsAfterAStop) {
  auto sockets = listen(kAny, 1);
  ASSERT_TRUE(sockets);
  Listener listener(loop_.context(), std::move(sockets->front()),
                    [](Socket, const Endpoint&, const Endpoint&) {});
  const auto endpoint = listener.endpoint();
  listener.stop();
  listener.stop();
  run(listener.run());
  EXPECT_TRUE(listen(endpoint, 1)) << "the address is free again";
}

}  // namespace
}  // namespace backstop::net
