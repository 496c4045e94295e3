#include "auth/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <string>
#include <vector>

#include "auth/zone_fixture.h"
#include "net/deadlines.h"
#include "net/loop_fixture.h"

namespace backstop::auth {
namespace {

using namespace std::chrono_literals;
using net::RecordType;
using testing::ElementsAre;
using Kind = net::DnsAnswer::Kind;

constexpr AnswerCache::Time kBegin{1h};

net::DnsAnswer found(std::chrono::seconds ttl, std::string text = "x") {
  return {.kind = Kind::Found, .texts = {std::move(text)}, .ttl = ttl};
}

TEST(AnswerCache, KeepsAnAnswerForItsTime) {
  struct Row {
    const char* name;
    net::DnsAnswer answer;
    std::chrono::seconds want;  ///< 0: not kept
  };
  const Row rows[] = {
      {"found", found(60s), 60s},
      {"found, for no time", found(0s), 1s},
      {"found, for an hour", found(3600s), 3600s},
      {"found, for longer", found(3601s), 3600s},
      {"no data", {.kind = Kind::NoData, .ttl = 60s}, 60s},
      {"no name, for longer than an hour", {.kind = Kind::NoName, .ttl = 3601s}, 3600s},
      {"no name, nobody knows how long", {.kind = Kind::NoName}, 0s},
      {"failed", {.kind = Kind::Failed, .ttl = 60s, .why = "silence"}, 0s},
  };
  for (const auto& row : rows) {
    AnswerCache cache;
    const net::Question question{RecordType::Txt, "a.test"};
    cache.remember(question, row.answer, kBegin);
    if (row.want > 0s) EXPECT_EQ(cache.find(question, kBegin + row.want - 1ns), row.answer) << row.name;
    EXPECT_EQ(cache.find(question, kBegin + row.want), std::nullopt) << row.name;
  }
}

TEST(AnswerCache, ComparesTypesAndNamesWithoutCase) {
  AnswerCache cache;
  cache.remember({RecordType::Txt, "A.test."}, found(60s), kBegin);
  EXPECT_TRUE(cache.find({RecordType::Txt, "a.TEST"}, kBegin));
  EXPECT_FALSE(cache.find({RecordType::A, "a.test"}, kBegin));
  EXPECT_FALSE(cache.find({RecordType::Txt, "b.test"}, kBegin));
  cache.remember({RecordType::Txt, "a.test"}, found(60s, "newer"), kBegin);
  EXPECT_EQ(cache.find({RecordType::Txt, "a.test"}, kBegin)->texts.front(), "newer");
}

TEST(AnswerCache, ForgetsWhatWasUsedLongestAgo) {
  AnswerCache cache({.answers = 2});
  cache.remember({RecordType::Txt, "a.test"}, found(60s), kBegin);
  cache.remember({RecordType::Txt, "b.test"}, found(60s), kBegin);
  EXPECT_TRUE(cache.find({RecordType::Txt, "a.test"}, kBegin));
  cache.remember({RecordType::Txt, "c.test"}, found(60s), kBegin);
  EXPECT_TRUE(cache.find({RecordType::Txt, "a.test"}, kBegin));
  EXPECT_FALSE(cache.find({RecordType::Txt, "b.test"}, kBegin));
  EXPECT_TRUE(cache.find({RecordType::Txt, "c.test"}, kBegin));
}

TEST(AnswerCache, HasAMostOfBytes) {
  const net::Question a{RecordType::Txt, "a.test"};
  const net::Question b{RecordType::Txt, "b.test"};
  const auto answer = found(60s, std::string(1000, 'x'));
  for (const std::size_t missing : {0UZ, 1UZ}) {
    AnswerCache cache({.bytes = 2 * AnswerCache::size_of(a, answer) - missing});
    cache.remember(a, answer, kBegin);
    cache.remember(b, answer, kBegin);
    EXPECT_EQ(cache.find(a, kBegin).has_value(), missing == 0);
    EXPECT_TRUE(cache.find(b, kBegin));
    cache.remember(a, found(60s, std::string(10'000, 'x')), kBegin);
    EXPECT_TRUE(cache.find(b, kBegin)) << "one that is too large moves no other";
  }
}

class CachedAskTest : public net::LoopTest {
 protected:
  /// Takes a turn of the loop for each question, so that several can wait.
  net::Task<net::DnsAnswer> slow(net::Question question) {
    asked_.push_back(question.name);
    for (int i = 0; i < 10; ++i) {
      co_await net::asio::post(loop_.context().get_executor(), net::kUseTask);
    }
    if (question.name == "throws.test") throw std::bad_alloc();
    co_return question.name == "fails.test" ? net::DnsAnswer{.why = "silence"} : found(60s);
  }
  net::Task<void> note(Ask ask, std::string name) {
    net::DnsAnswer answer{.why = "thrown"};
    try {
      answer = co_await ask({RecordType::Txt, std::move(name)});
    } catch (const std::bad_alloc&) {
    }
    answers_.push_back(answer.kind == Kind::Found ? "found" : answer.why);
  }
  Ask ask() {
    return cached_ask(
        cache_, [this](net::Question question) { return slow(std::move(question)); },
        [this] { return now_; });
  }

  AnswerCache cache_;
  AnswerCache::Time now_ = kBegin;
  std::vector<std::string> asked_;
  std::vector<std::string> answers_;
};

TEST_F(CachedAskTest, AsksOnceForAllWhoWait) {
  const Ask ask = this->ask();
  run(note(ask, "a.test"), note(ask, "A.test"), note(ask, "b.test"), note(ask, "a.test."));
  EXPECT_THAT(asked_, ElementsAre("a.test", "b.test"));
  EXPECT_THAT(answers_, ElementsAre("found", "found", "found", "found"));
  run(note(ask, "a.test"));
  EXPECT_EQ(asked_.size(), 2u);
  now_ += 60s;
  run(note(ask, "a.test"));
  EXPECT_EQ(asked_.size(), 3u);
}

TEST_F(CachedAskTest, WorkersShareTheCache) {
  run(note(ask(), "a.test"));
  run(note(ask(), "a.test"));
  EXPECT_THAT(asked_, ElementsAre("a.test"));
}

TEST_F(CachedAskTest, AFailureIsToldToAllWhoWaitAndForgotten) {
  const Ask ask = this->ask();
  run(note(ask, "fails.test"), note(ask, "fails.test"));
  EXPECT_THAT(answers_, ElementsAre("silence", "silence"));
  EXPECT_EQ(asked_.size(), 1u);
  run(note(ask, "fails.test"));
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(CachedAskTest, ALookUpThatThrowsLeavesNobodyWaiting) {
  const Ask ask = this->ask();
  run(note(ask, "throws.test"), note(ask, "throws.test"));
  EXPECT_THAT(answers_, ElementsAre("thrown", "the look-up was given up"));
}

// The loop goes first, with look-ups and waits in it.
TEST_F(CachedAskTest, MayEndWithLookUpsInIt) {
  Ask ask;
  {
    net::Loop loop(1);
    auto never = [](net::asio::io_context& context) -> net::Task<net::DnsAnswer> {
      net::Timer timer(context);
      timer.expires_after(1h);
      co_await timer.async_wait(net::kUseTask);
      co_return found(60s);
    };
    ask = cached_ask(cache_, [&](net::Question) { return never(loop.context()); }, [this] { return now_; });
    for (int i = 0; i < 3; ++i) {
      net::asio::co_spawn(loop.context(), note(ask, "a.test"), net::asio::detached);
    }
    loop.context().poll();
  }
  EXPECT_THAT(answers_, ElementsAre());
}

}  // namespace
}  // namespace backstop::auth
