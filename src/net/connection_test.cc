#include "net/connection.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;

// More than the buffers of both ends hold.
constexpr std::size_t kMuch = 20UZ << 20;

class ConnectionTest : public LoopTest {
 protected:
  ConnectionTest() : ConnectionTest(tcp_ends()) {}

  Task<void> flush(std::optional<Outcome<void>>& into) { into = co_await connection_.flush(); }
  Outcome<void> flushed() {
    std::optional<Outcome<void>> done;
    run(flush(done));
    return *done;
  }

  Connection connection_;
  std::unique_ptr<Stream> far_;

 private:
  explicit ConnectionTest(std::pair<Peer, Peer> ends)
      : connection_(Socket(loop_.context(), {AF_INET, IPPROTO_TCP}, ends.first.release()), loop_.deadlines()),
        far_(stream_of(std::move(ends.second))) {}
};

TEST_F(ConnectionTest, AReplyIsWrittenAtOnce) {
  connection_.output() = "250 ok\r\n";
  const auto done = connection_.flush_now();
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
  EXPECT_EQ(connection_.output(), "");
  std::string got;
  Failure end{};
  connection_.stream().close();
  run(read_to_end(*far_, got, end));
  EXPECT_EQ(got, "250 ok\r\n");
}

Task<void> flush_and_close(Connection& connection) {
  EXPECT_TRUE(co_await connection.flush());
  connection.stream().close();
}

TEST_F(ConnectionTest, WhatTakesAWaitIsWrittenByFlush) {
  const std::string all = long_text(kMuch);
  connection_.output() = all;
  EXPECT_FALSE(connection_.flush_now());
  EXPECT_LT(connection_.output().size(), all.size());
  std::string got;
  Failure end{};
  run(flush_and_close(connection_), read_to_end(*far_, got, end));
  EXPECT_TRUE(got == all);
}

TEST_F(ConnectionTest, NothingFollowsWhatDidNotLeaveWhole) {
  const std::string all = long_text(kMuch);
  connection_.stream().expires_after(1ms);
  connection_.output() = all;
  EXPECT_EQ(flushed().error(), Failure::TimedOut);
  connection_.stream().expires_after(1h);
  connection_.output() = "250 the next reply\r\n";
  const auto now = connection_.flush_now();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->error(), Failure::TimedOut);
  EXPECT_EQ(flushed().error(), Failure::TimedOut);
  connection_.stream().close();
  std::string got;
  Failure end{};
  run(read_to_end(*far_, got, end));
  EXPECT_LT(got.size(), all.size());
  EXPECT_TRUE(all.starts_with(got));
}

Task<void> fill(Connection& connection, std::optional<Outcome<void>>& into) {
  into = co_await connection.fill(1);
}

// The time is the shorter of what a wait may take and what is left until the last moment.
TEST_F(ConnectionTest, AWaitHasItsTimeUntilTheLastMoment) {
  const auto now = Deadlines::Clock::now();
  const struct {
    const char* name;
    std::chrono::seconds time;
    Deadlines::Clock::time_point last;
  } rows[] = {{"no time", 0s, Deadlines::Clock::time_point::max()}, {"the last moment is over", 1h, now}};
  for (const auto& row : rows) {
    connection_.give_time(row.time, row.last);
    std::optional<Outcome<void>> done;
    run(fill(connection_, done));
    EXPECT_EQ(done->error(), Failure::TimedOut) << row.name;
  }
  EXPECT_TRUE(connection_.stream().is_open());
}

Task<void> hurry_after(Connection& connection, Task<void> wait, std::chrono::seconds time) {
  co_await std::move(wait);
  connection.hurry(time);
}

TEST_F(ConnectionTest, AWaitThatIsHurriedEndsSooner) {
  connection_.give_time(1h);
  std::optional<Outcome<void>> done;
  run(fill(connection_, done), hurry_after(connection_, tick(), 0s));
  EXPECT_EQ(done->error(), Failure::TimedOut);
}

Task<void> write_after(Stream& stream, Task<void> wait) {
  co_await std::move(wait);
  EXPECT_TRUE(co_await stream.write("x"));
}

TEST_F(ConnectionTest, AWaitIsNeverHurriedToALaterEnd) {
  connection_.give_time(0s);
  connection_.hurry(1h);
  std::optional<Outcome<void>> done;
  run(fill(connection_, done));
  EXPECT_EQ(done->error(), Failure::TimedOut);
  // One that has time left is not ended by a hurry.
  connection_.give_time(1h);
  run(fill(connection_, done), hurry_after(connection_, tick(), 1h), write_after(*far_, tick(4)));
  EXPECT_TRUE(done->has_value());
  EXPECT_EQ(connection_.input(), "x");
}

}  // namespace
}  // namespace backstop::net
