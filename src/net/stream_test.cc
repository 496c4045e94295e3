#include "net/stream.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <boost/asio/post.hpp>
#include <ctime>
#include <string>

#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;
using StreamTest = LoopTest;

Task<void> echo(Stream& stream) {
  std::array<char, 1000> buffer;
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) {
      EXPECT_EQ(size.error(), Failure::Closed);
      co_return;
    }
    EXPECT_TRUE(co_await stream.write({buffer.data(), *size}));
  }
}

Task<void> expect_echo(Stream& stream, std::string first, std::string second) {
  EXPECT_TRUE(co_await stream.write(first, second));
  EXPECT_EQ(co_await read_exactly(stream, first.size() + second.size()), first + second);
  co_await stream.shut_down();
}

TEST_F(StreamTest, Echoes) {
  auto [near, far] = streams();
  run(echo(*far), expect_echo(*near, "EHLO a.example\r\n", "MAIL FROM:<>\r\n"));
}

TEST_F(StreamTest, WritesEitherPieceAlone) {
  auto [near, far] = streams();
  run(echo(*far), expect_echo(*near, "", "second"));
  auto [near2, far2] = streams();
  run(echo(*far2), expect_echo(*near2, "first", ""));
  auto [near3, far3] = streams();
  run(echo(*far3), expect_echo(*near3, "", ""));
}

Task<void> expect_bytes(Stream& stream, std::string want) {
  EXPECT_EQ(co_await read_exactly(stream, want.size()), want);
}

Task<void> write_all(Stream& stream, std::string first, std::string second) {
  EXPECT_TRUE(co_await stream.write(first, second));
  co_await stream.shut_down();
}

TEST_F(StreamTest, WritesMoreThanTheSocketsHold) {
  struct Row {
    const char* name;
    std::size_t first, second;
  };
  constexpr std::size_t kLarge = 20 << 20;
  for (const auto& row : {Row{"in the first piece", kLarge, 10}, Row{"in the second", 10, kLarge},
                          Row{"in one", kLarge, 0}, Row{"in both", kLarge, kLarge}}) {
    auto [near, far] = streams();
    const auto first = long_text(row.first);
    const auto second = long_text(row.second);
    std::string got;
    Failure end = Failure::Tls;
    run(write_all(*near, first, second), read_to_end(*far, got, end));
    EXPECT_EQ(end, Failure::Closed) << row.name;
    EXPECT_TRUE(got == first + second) << row.name;
  }
}

// Reads that fill their buffer make the next ones try the socket at once, but not for ever: the other task
// has its turns, too.
TEST_F(StreamTest, AFastPeerDoesNotTakeTheLoop) {
  auto [near, far] = stream_and_peer();
  far.send(std::string(10000, 'x'));
  int turns = 0;
  int turns_at_end = 0;
  auto read = [](Stream& stream, int& seen, int& at_end) -> Task<void> {
    EXPECT_EQ((co_await how_it_ends(stream)), std::nullopt);
    for (int i = 1; i < 10000; ++i) EXPECT_EQ((co_await how_it_ends(stream)), std::nullopt);
    at_end = seen;
  };
  auto count = [](asio::io_context& loop, int& seen, const int& at_end) -> Task<void> {
    while (at_end == 0) {
      ++seen;
      co_await asio::post(loop, kUseTask);
    }
  };
  run(read(*near, turns, turns_at_end), count(loop_.context(), turns, turns_at_end));
  EXPECT_GT(turns_at_end, 500);
}

Task<void> expect_end(Stream& stream, Failure want) {
  EXPECT_EQ(co_await how_it_ends(stream), want);
}

TEST_F(StreamTest, TellsAnEndFromAReset) {
  auto [closed, peer] = stream_and_peer();
  peer.close();
  run(expect_end(*closed, Failure::Closed), expect_end(*closed, Failure::Closed));
  auto [reset, peer2] = stream_and_peer();
  peer2.reset();
  run(expect_end(*reset, Failure::Reset));
}

TEST_F(StreamTest, ReadsWhatCameBeforeTheEnd) {
  auto [near, peer] = stream_and_peer();
  peer.send("QUIT\r\n");
  peer.close();
  std::string got;
  Failure end = Failure::Tls;
  run(read_to_end(*near, got, end));
  EXPECT_EQ(got, "QUIT\r\n");
  EXPECT_EQ(end, Failure::Closed);
}

TEST_F(StreamTest, WritesAfterThePeerHasEndedItsHalf) {
  auto [near, peer] = stream_and_peer();
  peer.shut_down();
  run(expect_end(*near, Failure::Closed), write_all(*near, "221 ", "bye\r\n"));
  EXPECT_EQ(peer.receive(), "221 bye\r\n");
}

Task<void> expect_write(Stream& stream, std::string bytes, Failure want) {
  const auto written = co_await stream.write(bytes);
  EXPECT_FALSE(written);
  if (!written) EXPECT_EQ(written.error(), want);
}

Task<void> drain(Stream& stream, std::size_t most) {
  stream.expires_after(std::chrono::seconds(1));
  co_await stream.shut_down();
  co_await stream.drain(most);
  stream.close();
}

// A close over bytes that nobody read resets the connection, and what the peer has not read yet is lost.
TEST_F(StreamTest, IsDrainedUntilThePeerEnds) {
  auto [near, peer] = stream_and_peer();
  peer.send(std::string(100'000, 'x'));
  peer.shut_down();
  run(drain(*near, 1'000'000));
  EXPECT_EQ(peer.receive(), "");
  EXPECT_EQ(peer.error(), 0);
}

TEST_F(StreamTest, IsDrainedForALimitedTime) {
  auto [near, peer] = stream_and_peer();
  peer.send("x");
  run(drain(*near, 1'000'000));
  EXPECT_FALSE(near->is_open());
}

TEST_F(StreamTest, IsDrainedOfALimitedSize) {
  auto [near, far] = streams();
  run(drain(*near, 10'000), expect_write(*far, std::string(20'000'000, 'x'), Failure::Reset));
}

TEST_F(StreamTest, AWriteToAResetConnectionFails) {
  auto [near, peer] = stream_and_peer();
  peer.reset();
  run(expect_write(*near, "x", Failure::Reset));
}

TEST_F(StreamTest, AReadMeetsItsDeadline) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(1ms);
  run(expect_end(*near, Failure::TimedOut));
  EXPECT_TRUE(near->is_open()) << "for a last word";
  near->expires_after(1h);
  run(write_all(*near, "421 ", "too slow\r\n"));
  EXPECT_EQ(peer.receive(), "421 too slow\r\n");
}

TEST_F(StreamTest, AWriteMeetsItsDeadline) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(1ms);
  run(expect_write(*near, long_text(20 << 20), Failure::TimedOut));
}

TEST_F(StreamTest, ADeadlineIsBroughtForwardAndNeverPutOff) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(1h);
  EXPECT_FALSE(near->is_waiting());
  const auto bring_forward = [](Stream& stream) -> Task<void> {
    EXPECT_TRUE(stream.is_waiting());
    stream.expires_by(std::chrono::steady_clock::now() - 1h);
    stream.expires_by(std::chrono::steady_clock::now() + 1h);
    co_return;
  };
  run(expect_end(*near, Failure::TimedOut), bring_forward(*near));
  EXPECT_FALSE(near->is_waiting());
}

TEST_F(StreamTest, BothWaitsMeetTheDeadline) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(1ms);
  run(expect_end(*near, Failure::TimedOut), expect_write(*near, long_text(20 << 20), Failure::TimedOut));
}

TEST_F(StreamTest, ADeadlineThatHasPassedEndsTheNextWaitToo) {
  auto [near, peer] = stream_and_peer();
  near->expires_at(std::chrono::steady_clock::now() - 1h);
  run(expect_end(*near, Failure::TimedOut));
  run(expect_end(*near, Failure::TimedOut));
}

TEST_F(StreamTest, ADeadlineMeansNothingWithoutAWait) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(-1h);
  run(tick());
  EXPECT_TRUE(near->is_open());
  peer.send("x");
  near->expires_after(1h);
  auto expect_byte = [](Stream& stream) -> Task<void> {
    EXPECT_EQ(co_await how_it_ends(stream), std::nullopt);
  };
  run(expect_byte(*near));
}

TEST_F(StreamTest, TheLongestDeadlineIsNone) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(std::chrono::steady_clock::duration::max());
  auto end_later = [](Peer& end, Task<void> wait) -> Task<void> {
    co_await std::move(wait);
    end.close();
  };
  run(expect_end(*near, Failure::Closed), end_later(peer, tick()));
}

// If the peer ends the connection after a wait has timed out, the next wait ends as closed.
TEST_F(StreamTest, AnEndIsToldAfterATimeOut) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(1ms);
  run(expect_end(*near, Failure::TimedOut));
  near->expires_after(1h);
  peer.close();
  run(expect_end(*near, Failure::Closed));
}

Task<void> close(Stream& stream) {
  stream.close();
  co_return;
}

TEST_F(StreamTest, ACloseEndsTheWaitsInProgress) {
  auto [near, peer] = stream_and_peer();
  run(expect_end(*near, Failure::Reset), expect_write(*near, long_text(20 << 20), Failure::Reset),
      close(*near));
  EXPECT_FALSE(near->is_open());
  EXPECT_TRUE(near->is_peer_gone());
  EXPECT_FALSE(near->is_quiet());
  run(expect_end(*near, Failure::Reset), expect_write(*near, "x", Failure::Reset), near->shut_down());
  near->close();
}

TEST_F(StreamTest, ALoopClosesAllItsStreams) {
  auto [near, far] = streams();
  auto close_all = [](Loop& loop) -> Task<void> {
    loop.close_all();
    co_return;
  };
  run(expect_end(*near, Failure::Reset), expect_end(*far, Failure::Reset), close_all(loop_));
  EXPECT_FALSE(near->is_open());
  EXPECT_FALSE(far->is_open());
  // A stream that is opened later doesn't wait either.
  auto [late, peer] = stream_and_peer();
  run(expect_end(*late, Failure::Reset));
}

Task<void> interrupt(Stream& stream) {
  stream.interrupt();
  co_return;
}

TEST_F(StreamTest, AnInterruptedWaitLosesNothing) {
  auto [near, far] = streams();
  run(expect_end(*near, Failure::Interrupted), interrupt(*near));
  EXPECT_TRUE(near->is_open());
  run(echo(*far), expect_echo(*near, "NOOP\r\n", ""));
}

// The earlier time-out must not be taken for the end of the next wait.
TEST_F(StreamTest, AnInterruptAfterATimeOutIsAnInterrupt) {
  auto [near, peer] = stream_and_peer();
  near->expires_after(1ms);
  run(expect_end(*near, Failure::TimedOut));
  near->expires_after(1h);
  run(expect_end(*near, Failure::Interrupted), interrupt(*near));
}

// The deadline passes while nothing waits, so the next wait does not end because of it.
TEST_F(StreamTest, AnInterruptAfterADeadlineThatEndedNoWaitIsAnInterrupt) {
  auto [near, peer] = stream_and_peer();
  near->expires_at(std::chrono::steady_clock::now() - 1h);
  run(tick());
  near->expires_after(1h);
  run(expect_end(*near, Failure::Interrupted), interrupt(*near));
}

TEST_F(StreamTest, AnInterruptMeansNothingWithoutAWait) {
  auto [near, peer] = stream_and_peer();
  near->interrupt();
  peer.close();
  run(expect_end(*near, Failure::Closed));
}

// The bytes have come when the interrupt comes, so the wait ends with them. The next wait is not interrupted.
TEST_F(StreamTest, AnInterruptThatComesWithBytesDoesNotEndTheNextWait) {
  auto [near, peer] = stream_and_peer();
  auto read = [](Stream& stream) -> Task<void> {
    EXPECT_EQ(co_await how_it_ends(stream), std::nullopt);
    EXPECT_EQ(co_await how_it_ends(stream), Failure::TimedOut);
  };
  near->expires_after(1ms);
  peer.send("x");
  run(read(*near), interrupt(*near));
}

TEST_F(StreamTest, IsQuietOnlyWithNothingToRead) {
  auto [near, peer] = stream_and_peer();
  EXPECT_TRUE(near->is_quiet());
  EXPECT_TRUE(near->is_quiet());
  peer.send("421 idle for too long\r\n");
  EXPECT_FALSE(near->is_quiet());
  run(expect_bytes(*near, "421 idle for too long\r\n"));
  EXPECT_TRUE(near->is_quiet());
  peer.close();
  EXPECT_FALSE(near->is_quiet());
}

unsigned unacknowledged(const Peer& peer) {
  tcp_info info{};
  socklen_t size = sizeof info;
  EXPECT_EQ(::getsockopt(peer.descriptor(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_unacked;
}

// The first exchange makes it a conversation, in which TCP acknowledges with the next answer.
TEST_F(StreamTest, AcknowledgesAtOnce) {
  auto [stream, peer] = stream_and_peer();
  for (int i = 0; i < 3; ++i) {
    peer.send("question");
    run(expect_bytes(*stream, "question"));
    std::string_view answer = "answer";
    std::string_view nothing;
    EXPECT_TRUE(stream->write_now(answer, nothing));
    EXPECT_EQ(peer.receive(6), "answer");
  }
  peer.send("question");
  run(expect_bytes(*stream, "question"));
  stream->acknowledge_now();
  EXPECT_EQ(unacknowledged(peer), 0u);
}

TEST_F(StreamTest, SeesThatThePeerIsGone) {
  auto [near, peer] = stream_and_peer();
  EXPECT_FALSE(near->is_peer_gone());
  peer.send("QUIT\r\n");
  EXPECT_FALSE(near->is_peer_gone());
  peer.close();
  EXPECT_TRUE(near->is_peer_gone()) << "after bytes that nobody read";
  std::string got;
  Failure end = Failure::Tls;
  run(read_to_end(*near, got, end));
  EXPECT_EQ(got, "QUIT\r\n") << "it took no bytes";

  auto [reset, peer2] = stream_and_peer();
  peer2.reset();
  EXPECT_TRUE(reset->is_peer_gone());
}

// Closing over unread bytes would reset the connection, and the last reply would be lost.
TEST_F(StreamTest, TheLastReplyArrivesThoughThePeerSendsOn) {
  auto [near, peer] = stream_and_peer();
  peer.send(std::string(20000, 'x'));
  run(write_all(*near, "421 ", "too many errors\r\n"));
  near.reset();
  EXPECT_EQ(peer.error(), 0) << "it was reset";
  EXPECT_EQ(peer.receive(), "421 too many errors\r\n");
}

// Never behind the kernel's last tick, and never ahead of the exact clock.
TEST_F(StreamTest, TheCoarseTimeIsThatOfTheSteadyClock) {
  timespec tick{};
  ASSERT_EQ(::clock_gettime(CLOCK_MONOTONIC_COARSE, &tick), 0);
  const auto coarse = Deadlines::now().time_since_epoch();
  const auto exact = std::chrono::steady_clock::now().time_since_epoch();
  EXPECT_GE(coarse, std::chrono::seconds(tick.tv_sec) + std::chrono::nanoseconds(tick.tv_nsec));
  EXPECT_LE(coarse, exact);
}

// A loop is destroyed while streams wait when a program must end at once.
TEST(StreamAlone, IsDestroyedWithItsLoop) {
  auto [near, far] = tcp_ends();
  auto wait = [](Socket socket, Deadlines& deadlines) -> Task<void> {
    Stream stream(std::move(socket), deadlines);
    char byte = 0;
    co_await stream.read_some({&byte, 1});
    ADD_FAILURE() << "nothing came";
  };
  asio::io_context loop{1};
  Deadlines deadlines(loop);
  asio::co_spawn(loop, deadlines.run(), asio::detached);
  Socket socket(loop, asio::generic::stream_protocol(AF_INET, IPPROTO_TCP), near.release());
  asio::co_spawn(loop, wait(std::move(socket), deadlines), asio::detached);
  while (loop.poll() > 0) {
  }
}

TEST(Failure, IsExplained) {
  for (const auto failure :
       {Failure::Closed, Failure::Reset, Failure::TimedOut, Failure::Interrupted, Failure::Tls}) {
    EXPECT_FALSE(explain(failure).empty());
  }
}

}  // namespace
}  // namespace backstop::net
