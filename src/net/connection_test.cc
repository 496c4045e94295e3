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

}  // namespace
}  // namespace backstop::net
