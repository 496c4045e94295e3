#include "net/look_ups.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/connect.h"
#include "net/loop_fixture.h"

namespace {

/// Names that end in ".hangs.test" are not answered until release().
class HangingNames {
 public:
  static HangingNames& of_all() {
    static HangingNames names;
    return names;
  }
  void ask(const std::string& host) {
    std::unique_lock lock(mutex_);
    ++asked_[host];
    ++hanging_;
    changed_.notify_all();
    changed_.wait(lock, [this, now = released_] { return released_ != now; });
    --hanging_;
    changed_.notify_all();
  }
  void release() {
    std::unique_lock lock(mutex_);
    ++released_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return hanging_ == 0; });
  }
  void wait_until_hanging(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return hanging_ == count; });
  }
  void forget() {
    const std::scoped_lock lock(mutex_);
    asked_.clear();
  }
  int asked(const std::string& host) {
    const std::scoped_lock lock(mutex_);
    return asked_[host];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> asked_;
  int hanging_ = 0;
  int released_ = 0;
};

}  // namespace

// Replaces the system's function for the whole program.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (host == nullptr || !std::string_view(host).ends_with(".hangs.test")) {
    return real(host, service, hints, found);
  }
  HangingNames::of_all().ask(host);
  return real("192.0.2.1", service, hints, found);
}

namespace backstop::net {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;

class LookUpsTest : public LoopTest {
 protected:
  LookUpsTest() { names_.forget(); }
  ~LookUpsTest() override { names_.release(); }

  /// "192.0.2.1", or the name of an error.
  static std::string text_of(const LookUps::Found& found) {
    if (found) return found->empty() ? "nothing" : found->front().to_string();
    if (found.error() == asio::error::timed_out) return "timed out";
    if (found.error() == asio::error::try_again) return "too many";
    if (found.error() == asio::error::operation_aborted) return "stopped";
    return found.error().message();
  }
  Task<void> look_up(std::string host, std::chrono::milliseconds limit = 1h) {
    const auto found = co_await loop_.look_ups().look_up(host, LookUps::Clock::now() + limit);
    answers_.push_back(text_of(found));
  }
  // Run it after the others, which wait by then.
  Task<void> release_once_hanging(int count) {
    names_.wait_until_hanging(count);
    names_.release();
    co_return;
  }
  Task<void> close_all_once_hanging(int count) {
    names_.wait_until_hanging(count);
    loop_.close_all();
    co_return;
  }

  HangingNames& names_ = HangingNames::of_all();
  std::vector<std::string> answers_;
};

TEST_F(LookUpsTest, ANameThatHangsDelaysNoOther) {
  auto other_first = [this]() -> Task<void> {
    names_.wait_until_hanging(1);
    const auto found = co_await loop_.look_ups().look_up("localhost", LookUps::Clock::now() + 1h);
    answers_.emplace_back(found ? "localhost" : found.error().message());
    names_.release();
  };
  run(look_up("a.hangs.test"), other_first());
  EXPECT_THAT(answers_, ElementsAre("localhost", "192.0.2.1"));
}

TEST_F(LookUpsTest, ANameIsAskedForOnceAtATime) {
  run(look_up("a.hangs.test"), look_up("a.hangs.test"), look_up("a.hangs.test"), release_once_hanging(1));
  EXPECT_THAT(answers_, ElementsAre("192.0.2.1", "192.0.2.1", "192.0.2.1"));
  EXPECT_EQ(names_.asked("a.hangs.test"), 1);
  // Nothing is remembered: the system decides which addresses are kept, and for how long.
  run(look_up("a.hangs.test"), release_once_hanging(1));
  EXPECT_EQ(names_.asked("a.hangs.test"), 2);
}

TEST_F(LookUpsTest, AWaitThatTimesOutLeavesTheLookUpToOthers) {
  run(look_up("a.hangs.test", 1ms));
  run(look_up("a.hangs.test", 1ms));
  run(look_up("a.hangs.test"), release_once_hanging(1));
  EXPECT_THAT(answers_, ElementsAre("timed out", "timed out", "192.0.2.1"));
  EXPECT_EQ(names_.asked("a.hangs.test"), 1);
}

TEST_F(LookUpsTest, AnEndInThePastAsksNobody) {
  run(look_up("a.hangs.test", 0ms));
  EXPECT_THAT(answers_, ElementsAre("timed out"));
  EXPECT_EQ(names_.asked("a.hangs.test"), 0);
}

TEST_F(LookUpsTest, AtMost32NamesHangAtATime) {
  const int most = LookUps::kMost;
  for (int i = 0; i < most; ++i) run(look_up(std::to_string(i) + ".hangs.test", 1ms));
  EXPECT_THAT(answers_, Each("timed out"));
  names_.wait_until_hanging(most);
  answers_.clear();
  run(look_up("one-more.hangs.test"));
  run(look_up("0.hangs.test", 1ms));
  EXPECT_THAT(answers_, ElementsAre("too many", "timed out"))
      << "a name that hangs already may be waited for";
  auto stream_error = [this](Target target, std::string& said) -> Task<void> {
    const auto stream = co_await connect(std::move(target), loop_, 1h);
    said = stream || !stream.error().is_of_name ? "another" : stream.error().message;
  };
  std::string said;
  run(stream_error({"one-more.hangs.test", 25, {}}, said));
  EXPECT_EQ(said, "too many names are being looked up");
  answers_.clear();
  // A look-up that has ended makes room, though nobody waited for it.
  names_.release();
  names_.wait_until_hanging(0);
  auto until_there_is_room = [this]() -> Task<void> {
    do {
      answers_.clear();
      co_await look_up("localhost");
    } while (answers_.front() == "too many");
  };
  run(until_there_is_room());
  EXPECT_THAT(answers_, ElementsAre(testing::AnyOf("127.0.0.1", "::1")));
}

TEST_F(LookUpsTest, CloseAllWaitsForNoName) {
  run(look_up("a.hangs.test"), look_up("b.hangs.test"), close_all_once_hanging(2));
  EXPECT_THAT(answers_, ElementsAre("stopped", "stopped"));
  run(look_up("c.hangs.test"));
  EXPECT_THAT(answers_, ElementsAre("stopped", "stopped", "stopped"));
  EXPECT_EQ(names_.asked("c.hangs.test"), 0);
}

// The loop is destroyed before the name is answered, and the thread that asked must not touch it.
TEST_F(LookUpsTest, ALoopThatIsDestroyedWaitsForNoName) {
  for (const bool waits : {false, true}) {
    std::optional<Loop> loop(1);
    auto ask = [](LookUps& look_ups, std::string host, std::chrono::milliseconds limit) -> Task<void> {
      const auto found = co_await look_ups.look_up(std::move(host), LookUps::Clock::now() + limit);
      EXPECT_EQ(text_of(found), "timed out");
    };
    asio::co_spawn(loop->context(), ask(loop->look_ups(), "a.hangs.test", waits ? 1h : 1ms), asio::detached);
    if (waits) {
      loop->context().run_one();
    } else {
      loop->context().run();
    }
    names_.wait_until_hanging(1);
    loop.reset();
    names_.release();
  }
}

}  // namespace
}  // namespace backstop::net
