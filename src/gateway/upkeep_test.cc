#include "gateway/upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/deadlines.h"

namespace backstop::gateway {
namespace {

using net::Task;
using testing::ElementsAre;
using testing::IsEmpty;

class Errors : public intake::Journal {
 public:
  void record(store::Event) override {}
  void notice(base::LogLevel level, std::string_view line) override {
    EXPECT_EQ(level, base::LogLevel::Error);
    lines.emplace_back(line);
  }
  std::vector<std::string> lines;
};

class UpkeepTest : public testing::Test {
 protected:
  /// Throws until it begins for the `last` time; then ends the loop.
  Task<void> throw_before(int last) {
    if (++begun_ < last) throw std::runtime_error("no luck");
    upkeep_.end();
    co_return;
  }
  // An operation that can't be begun: Asio destroys the coroutine, which can't catch that.
  Task<void> vanish_before(int last) {
    if (++begun_ < last) {
      using Token = const net::asio::use_awaitable_t<net::Executor>;
      const auto start = [](auto&&) { throw std::bad_alloc(); };
      co_await net::asio::async_initiate<Token, void()>(start, Token{});
    }
    upkeep_.end();
  }
  Task<void> return_at_once(int& begun) {
    ++begun;
    co_return;
  }
  Task<void> wait(int& begun, std::chrono::seconds time) {
    ++begun;
    net::Timer timer(loop_);
    timer.expires_after(time);
    co_await timer.async_wait(net::kUseTask);
  }

  Errors errors_;
  Watch watch_{errors_};
  net::asio::io_context loop_{1};
  Upkeep upkeep_{loop_, watch_};
  int begun_ = 0;
};

TEST_F(UpkeepTest, ATaskThatThrowsIsReportedAndBeginsAgain) {
  upkeep_.add(Watch::Part::House, [this] { return throw_before(3); });
  upkeep_.run();
  EXPECT_EQ(begun_, 3);
  EXPECT_THAT(errors_.lines, ElementsAre("closing idle connections failed, and goes on: no luck"));
}

TEST_F(UpkeepTest, ATaskThatVanishesBeginsAgain) {
  upkeep_.add(Watch::Part::House, [this] { return vanish_before(3); });
  upkeep_.run();
  EXPECT_EQ(begun_, 3);
  EXPECT_THAT(errors_.lines, ElementsAre("a worker failed, and goes on: std::bad_alloc"));
}

TEST_F(UpkeepTest, TheOthersAreLeftAlone) {
  int returned = 0;
  int waiting = 0;
  upkeep_.add(Watch::Part::Accepting, [&] { return return_at_once(returned); });
  upkeep_.add(Watch::Part::Deadlines, [&] { return wait(waiting, std::chrono::hours(1)); });
  upkeep_.add(Watch::Part::House, [this] { return throw_before(3); });
  upkeep_.run();
  EXPECT_EQ(returned, 1);
  EXPECT_EQ(waiting, 1);
}

TEST_F(UpkeepTest, AnExceptionInAHandlerEndsOnlyThat) {
  net::asio::post(loop_, [] { throw std::runtime_error("no luck"); });
  net::asio::post(loop_, [this] { upkeep_.end(); });
  upkeep_.run();
  EXPECT_THAT(errors_.lines, ElementsAre("a worker failed, and goes on: no luck"));
}

TEST_F(UpkeepTest, NothingIsBegunAfterTheEnd) {
  upkeep_.end();
  upkeep_.add(Watch::Part::House, [this] { return throw_before(3); });
  upkeep_.run();
  EXPECT_EQ(begun_, 0);
  EXPECT_THAT(errors_.lines, IsEmpty());
}

}  // namespace
}  // namespace backstop::gateway
