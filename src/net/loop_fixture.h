// For tests: a loop with its ticker, and pairs of connected streams on it.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <utility>

#include "net/deadlines.h"
#include "net/stream.h"

namespace backstop::net {

class LoopTest : public testing::Test {
 protected:
  LoopTest() { asio::co_spawn(loop_, deadlines_.run(), asio::detached); }

  /// Runs the tasks side by side until all have ended.
  template <typename... Tasks>
  void run(Tasks... tasks) {
    left_ += sizeof...(tasks);
    (asio::co_spawn(loop_, counted(std::move(tasks)), asio::detached), ...);
    loop_.restart();
    loop_.run();
    ASSERT_EQ(left_, 0u) << "a task did not end";
  }

  /// Two ends of one connection, of Unix domain.
  std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
    return {stream_of(ends[0]), stream_of(ends[1])};
  }

  std::unique_ptr<Stream> stream_of(int descriptor) {
    Socket socket(loop_, asio::generic::stream_protocol(AF_UNIX, 0), descriptor);
    return std::make_unique<Stream>(std::move(socket), deadlines_);
  }

  asio::io_context loop_{1};
  Deadlines deadlines_{loop_};

 private:
  Task<void> counted(Task<void> task) {
    co_await std::move(task);
    if (--left_ == 0) loop_.stop();
  }

  std::size_t left_ = 0;
};

}  // namespace backstop::net
