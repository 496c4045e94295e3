#include "net/blocking.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

class BlockingTest : public LoopTest {
 protected:
  ~BlockingTest() override { pool_.join(); }

  asio::thread_pool pool_{2};
};

Task<void> expect_result(asio::thread_pool& pool) {
  const auto loop = std::this_thread::get_id();
  auto there = std::thread::id();
  const auto text = co_await run_blocking(pool, [&] {
    there = std::this_thread::get_id();
    return std::string("from afar");
  });
  EXPECT_EQ(text, "from afar");
  EXPECT_NE(there, loop);
  EXPECT_EQ(std::this_thread::get_id(), loop) << "back on its own thread";
}

TEST_F(BlockingTest, GivesTheResult) {
  run(expect_result(pool_));
}

Task<void> expect_move_only(asio::thread_pool& pool) {
  auto input = std::make_unique<int>(7);
  const auto output =
      co_await run_blocking(pool, [number = std::move(input)]() mutable { return std::move(number); });
  EXPECT_EQ(*output, 7);
}

TEST_F(BlockingTest, TakesAndGivesMoveOnlyValues) {
  run(expect_move_only(pool_));
}

Task<void> expect_done(asio::thread_pool& pool) {
  bool is_done = false;
  co_await run_blocking(pool, [&] { is_done = true; });
  EXPECT_TRUE(is_done);
}

TEST_F(BlockingTest, RunsWorkWithoutAResult) {
  run(expect_done(pool_));
}

struct Work {
  std::atomic<bool> has_begun = false;
  std::promise<void> released;
};

Task<void> release_once_begun(asio::io_context& loop, Work& work) {
  while (!work.has_begun) co_await asio::post(loop, kUseTask);
  work.released.set_value();
}

// If the work ran on the loop, nothing could release it. The time limit only ends the test then.
Task<void> expect_release(asio::thread_pool& pool, Work& work) {
  const auto end = co_await run_blocking(pool, [&] {
    work.has_begun = true;
    return work.released.get_future().wait_for(std::chrono::seconds(30));
  });
  EXPECT_EQ(end, std::future_status::ready) << "the loop did not run while the work waited";
}

TEST_F(BlockingTest, TheLoopGoesOnMeanwhile) {
  Work work;
  run(expect_release(pool_, work), release_once_begun(loop_.context(), work));
}

// Nothing but the work in the pool keeps this loop alive.
TEST(Blocking, KeepsItsLoopAlive) {
  asio::thread_pool pool(1);
  asio::io_context loop{1};
  bool is_over = false;
  auto work = [](asio::thread_pool& to, bool& over) -> Task<void> {
    co_await run_blocking(to, [&] { std::this_thread::yield(); });
    over = true;
  };
  asio::co_spawn(loop, work(pool, is_over), asio::detached);
  loop.run();
  EXPECT_TRUE(is_over);
  pool.join();
}

int undo_nothing(int) {
  ADD_FAILURE() << "it came in time";
  return 0;
}

Task<void> expect_in_time(asio::thread_pool& pool) {
  const auto loop = std::this_thread::get_id();
  const auto value =
      co_await run_blocking_within(pool, std::chrono::minutes(5), [] { return 7; }, undo_nothing);
  EXPECT_EQ(value, 7);
  EXPECT_EQ(std::this_thread::get_id(), loop);
}

TEST_F(BlockingTest, ALimitDoesNotDelay) {
  run(expect_in_time(pool_));
}

// Occupies a pool of one thread until `released`.
void occupy(asio::thread_pool& pool, std::promise<void>& released) {
  asio::post(pool, [&] { released.get_future().wait(); });
}

Task<void> expect_never_begun(asio::thread_pool& pool, std::weak_ptr<int>& token) {
  auto mine = std::make_shared<int>(7);
  token = mine;
  const auto value = co_await run_blocking_within(
      pool, std::chrono::milliseconds(1), [mine = std::move(mine)] { return *mine; }, undo_nothing);
  EXPECT_EQ(value, std::nullopt);
  EXPECT_TRUE(token.expired()) << "what the work held is gone with the wait";
}

TEST_F(BlockingTest, WorkThatHasNotBegunInTimeNeverBegins) {
  asio::thread_pool pool(1);
  std::promise<void> released;
  std::weak_ptr<int> token;
  occupy(pool, released);
  run(expect_never_begun(pool, token));
  released.set_value();
  pool.join();
}

Task<void> expect_too_late(asio::thread_pool& pool, std::promise<void>& released, int& undone) {
  const auto value = co_await run_blocking_within(
      pool, std::chrono::milliseconds(500),
      [&] {
        released.get_future().wait();
        return 7;
      },
      [&](int late) { undone = late; });
  EXPECT_EQ(value, std::nullopt);
}

TEST_F(BlockingTest, WorkThatEndsTooLateIsUndone) {
  asio::thread_pool pool(1);
  std::promise<void> released;
  int undone = 0;
  run(expect_too_late(pool, released, undone));
  EXPECT_EQ(undone, 0);
  released.set_value();
  pool.join();
  EXPECT_EQ(undone, 7);
}

}  // namespace
}  // namespace backstop::net
