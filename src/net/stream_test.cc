#include "net/stream.h"

#include <gtest/gtest.h>

#include <string>

#include "net/blocking.h"
#include "net/connect.h"
#include "net/listener.h"
#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using StreamTest = LoopTest;

Task<void> echo(Stream& stream) {
  std::array<char, 1000> buffer;
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) {
      EXPECT_EQ(size.error(), Failure::Closed);
      co_return;
    }
    const auto written = co_await stream.write({buffer.data(), *size});
    EXPECT_TRUE(written);
  }
}

Task<void> expect_echo(Stream& stream, std::string first, std::string second) {
  EXPECT_TRUE(co_await stream.write(first, second));
  std::string got;
  std::array<char, 64> buffer;
  while (got.size() < first.size() + second.size()) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) break;
    got.append(buffer.data(), *size);
  }
  EXPECT_EQ(got, first + second);
  co_await stream.shut_down();
}

TEST_F(StreamTest, Echoes) {
  auto [near, far] = pair();
  run(echo(*far), expect_echo(*near, "EHLO a.example\r\n", "MAIL FROM:<>\r\n"));
}

}  // namespace
}  // namespace backstop::net
