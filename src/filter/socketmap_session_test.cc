// Requests one after the other, in pieces and all at once; peers that break the protocol; the end.
#include "filter/socketmap_session.h"

#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

class SocketmapSessionTest : public FilterTest {
 protected:
  std::unique_ptr<SocketmapSession> map_session(net::Peer end) {
    net::Socket socket(loop_.context(), net::asio::generic::stream_protocol(AF_INET, IPPROTO_TCP),
                       end.release());
    ++connections_;
    map_.reload(settings());
    return std::make_unique<SocketmapSession>(workplace_, std::move(socket), map_,
                                              intake::Ticket(connections_), "192.0.2.9:1");
  }

  /// Sends bytes at once, then ends its side, and returns all that comes.
  std::string answers_to(const std::string& bytes) {
    auto [near, far] = net::tcp_ends();
    auto session = map_session(std::move(near));
    far.send(bytes);
    far.shut_down();
    run(session->run());
    session.reset();
    return far.receive();
  }

  static std::string request(std::string_view text) { return fmt::format("{}:{},", text.size(), text); }
  std::string tagged(std::string_view address) const {
    return origin::sign({origin::address_of(address)}, site_.keys, kToday)->text();
  }

  SocketmapServer map_{std::make_shared<const Settings>(), journal_};
};

TEST_F(SocketmapSessionTest, AnswersOneAfterTheOther) {
  const auto good = request("backstop " + tagged("bob@example.org"));
  EXPECT_EQ(answers_to(good), "18:OK bob@example.org,");
  EXPECT_EQ(answers_to(request("backstop bob@example.org") + good + request("backstop @example.org")),
            "9:NOTFOUND ,18:OK bob@example.org,9:NOTFOUND ,");
  EXPECT_THAT(journal_.lines, IsEmpty());
  EXPECT_EQ(connections_, 0u);
  EXPECT_THAT(workplace_.sessions, IsEmpty());
}

TEST_F(SocketmapSessionTest, SaysWhatIsWrongWithARequest) {
  EXPECT_EQ(answers_to(request("other bob@example.org") + request("backstop") + request("backstop x")),
            "31:PERM the only map is \"backstop\",27:PERM the request has no key,9:NOTFOUND ,");
}

TEST_F(SocketmapSessionTest, TakesThePiecesOfARequest) {
  auto [near, far] = net::tcp_ends();
  auto session = map_session(std::move(near));
  const auto stream = stream_of(std::move(far));
  const auto bytes = request("backstop " + tagged("bob@example.org"));
  std::string got;
  const auto ask = [&]() -> net::Task<void> {
    for (const char c : bytes) (void)co_await stream->write(std::string_view(&c, 1));
    got = co_await net::read_exactly(*stream, 22);
    stream->close();
  };
  run(session->run(), ask());
  EXPECT_EQ(got, "18:OK bob@example.org,");
}

TEST_F(SocketmapSessionTest, TakesTheLongestRequestAndNoLonger) {
  const std::string key(kMostMapRequest - 9, 'x');
  EXPECT_EQ(answers_to(request("backstop " + key)), "9:NOTFOUND ,");
  EXPECT_EQ(answers_to(request("backstop b") + request("backstop x" + key)), "9:NOTFOUND ,");
  EXPECT_THAT(journal_.lines, ElementsAre("socketmap: the connection of 192.0.2.9:1 was closed: a request "
                                          "is too long; the most is 4096 octets"));
}

TEST_F(SocketmapSessionTest, CutsOffWhoSpeaksAnotherProtocol) {
  EXPECT_EQ(answers_to("GET / HTTP/1.1\r\n\r\n"), "");
  EXPECT_THAT(journal_.lines, ElementsAre(HasSubstr("what came is no netstring")));
}

TEST_F(SocketmapSessionTest, TakesTheNewestSettings) {
  auto [near, far] = net::tcp_ends();
  auto session = map_session(std::move(near));
  const auto stream = stream_of(std::move(far));
  const auto bytes = request("backstop " + tagged("bob@example.org"));
  std::string got;
  const auto ask = [&]() -> net::Task<void> {
    (void)co_await stream->write(bytes);
    got = co_await net::read_exactly(*stream, 22);
    site_.keys = {};
    map_.reload(settings());
    (void)co_await stream->write(bytes);
    got += co_await net::read_exactly(*stream, 12);
    stream->close();
  };
  run(session->run(), ask());
  EXPECT_EQ(got, "18:OK bob@example.org,9:NOTFOUND ,");
}

TEST_F(SocketmapSessionTest, EndsWhenItsWorkerDrains) {
  auto [near, far] = net::tcp_ends();
  auto session = map_session(std::move(near));
  const auto stream = stream_of(std::move(far));
  std::string got;
  net::Failure end{};
  const auto drain = [&]() -> net::Task<void> {
    (void)co_await stream->write(request("backstop bob@example.org"));
    got = co_await net::read_exactly(*stream, 12);
    session->drain();
    (void)co_await stream->write(request("backstop bob@example.org"));
    got += co_await net::read_exactly(*stream, 12);
    workplace_.draining = true;
    session->drain();
    co_await net::read_to_end(*stream, got, end);
  };
  run(session->run(), drain());
  EXPECT_EQ(got, "9:NOTFOUND ,9:NOTFOUND ,");
  EXPECT_EQ(end, net::Failure::Closed);
}

}  // namespace
}  // namespace backstop::filter
