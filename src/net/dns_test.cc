#include "net/dns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "net/dns_fixture.h"
#include "net/loop_fixture.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using Way = TestDns::Way;

/// The name of the kind, the texts in brackets, or why it failed.
std::string shown(const DnsAnswer& answer) {
  std::string text(name(answer.kind));
  for (const auto& one : answer.texts) text += "[" + one + "]";
  for (const auto& one : answer.addresses) text += "[" + one.to_string() + "]";
  for (const auto& one : answer.hosts) text += "[" + std::to_string(one.preference) + " " + one.name + "]";
  return answer.why.empty() ? text : text + ": " + answer.why;
}

class DnsTest : public LoopTest {
 protected:
  Dns open(DnsSettings settings = {}) {
    settings.servers = {server_.endpoint()};
    return std::move(Dns::open(loop_.context(), std::move(settings)).value());
  }
  Task<void> ask(Dns& dns, std::string name) {
    answers_.push_back(shown(co_await dns.ask({RecordType::Txt, std::move(name)})));
  }
  /// Stops it once the server has seen a question.
  Task<void> stop_when_asked(Dns& dns) {
    while (server_.questions() == 0) co_await asio::post(loop_.context().get_executor(), kUseTask);
    dns.stop();
  }

  TestDns server_{{
      {"s1._domainkey.example.test", {.texts = {"v=DKIM1; p=" + std::string(600, 'A')}}},
      {"short.test", {.texts = {"one", "two"}, .ttl = 77}},
      {"alias.test", {.texts = {"by another name"}, .target = "elsewhere.test"}},
      {"empty.test", {.way = Way::NoData}},
      {"fails.test", {.way = Way::Fails}},
      {"silent.test", {.way = Way::Silent}},
      {"large.test", {.way = Way::OnlyByTcp, .texts = {std::string(3000, 'x')}}},
      {"cut.test", {.way = Way::CutAlways}},
      {"garbage.test", {.way = Way::Garbage}},
      {"host.test", {.addresses = {"192.0.2.1", "2001:db8::1", "192.0.2.2"}}},
      {"mail.test", {.hosts = {{10, "MX1.test"}, {20, "mx2.test"}}}},
      {"none.test", {.hosts = {{0, ""}}}},
      {"1.2.0.192.in-addr.arpa", {.hosts = {{0, "host.test"}}}},
      {"o'neil=$x~&@mail.test", {.addresses = {"127.0.0.2"}}},
  }};
  std::vector<std::string> answers_;
};

TEST_F(DnsTest, Answers) {
  struct Row {
    const char* name;
    std::string want;
  };
  const Row rows[] = {
      {"s1._domainkey.example.test", "found[v=DKIM1; p=" + std::string(600, 'A') + "]"},
      {"short.test", "found[one][two]"},
      {"SHORT.test", "found[one][two]"},
      {"alias.test", "found[by another name]"},
      {"empty.test", "no-data"},
      {"gone.test", "no-name"},
      {"large.test", "found[" + std::string(3000, 'x') + "]"},
      {"garbage.test", "failed: the answer can't be read"},
  };
  Dns dns = open();
  for (const auto& row : rows) {
    answers_.clear();
    run(ask(dns, row.name));
    EXPECT_THAT(answers_, ElementsAre(row.want)) << row.name;
  }
  EXPECT_EQ(server_.questions_by_tcp(), 1u) << "the answer that was cut";
}

TEST_F(DnsTest, AnswersForEachType) {
  struct Row {
    Question question;
    std::string want;
  };
  const Row rows[] = {
      {{RecordType::A, "host.test"}, "found[192.0.2.1][192.0.2.2]"},
      {{RecordType::Aaaa, "HOST.test."}, "found[2001:db8::1]"},
      {{RecordType::Txt, "host.test"}, "no-data"},
      {{RecordType::Mx, "mail.test"}, "found[10 mx1.test][20 mx2.test]"},
      {{RecordType::Mx, "none.test"}, "found[0 ]"},
      {{RecordType::Mx, "gone.test"}, "no-name"},
      {{RecordType::Ptr, "1.2.0.192.in-addr.arpa"}, "found[0 host.test]"},
      {{RecordType::A, "O'Neil=$x~&@mail.test"}, "found[127.0.0.2]"},
  };
  Dns dns = open();
  auto ask_for = [](Dns& from, Question question, std::string& text) -> Task<void> {
    text = shown(co_await from.ask(std::move(question)));
  };
  for (const auto& row : rows) {
    std::string got;
    run(ask_for(dns, row.question, got));
    EXPECT_EQ(got, row.want) << name(row.question.type) << " " << row.question.name;
  }
}

TEST_F(DnsTest, TellsHowLongItMayBeKept) {
  Dns dns = open();
  auto kept = [](Dns& from, std::string name, long& seconds) -> Task<void> {
    seconds = (co_await from.ask({RecordType::Txt, std::move(name)})).ttl.count();
  };
  long found = 0;
  long none = 0;
  run(kept(dns, "short.test", found), kept(dns, "gone.test", none));
  EXPECT_EQ(found, 77);
  EXPECT_EQ(none, 60);
}

TEST_F(DnsTest, Fails) {
  for (const auto* const name : {"fails.test", "silent.test", "cut.test"}) {
    answers_.clear();
    Dns dns = open({.limit = 300ms});
    run(ask(dns, name));
    ASSERT_EQ(answers_.size(), 1u);
    EXPECT_THAT(answers_.front(), HasSubstr("failed: ")) << name;
  }
}

TEST_F(DnsTest, AQuestionIsAskedAgain) {
  Dns dns = open({.limit = 300ms});
  run(ask(dns, "silent.test"));
  while (server_.questions() < 2) std::this_thread::yield();
}

TEST_F(DnsTest, NamesThatCantBeAreNotAskedFor) {
  Dns dns = open();
  for (const std::string& name :
       {std::string(), std::string("a b.test"), std::string("a\0.test", 7), std::string("a\\.test"),
        std::string(254, 'a'), std::string("a..test"), std::string(64, 'a') + ".test"}) {
    answers_.clear();
    run(ask(dns, name));
    EXPECT_THAT(answers_, ElementsAre("no-name")) << name;
  }
  EXPECT_EQ(server_.questions(), 0u);
}

TEST_F(DnsTest, ASilentNameDelaysNoOther) {
  Dns dns = open({.limit = 1h});
  auto stop_after_four = [this](Dns& to_stop) -> Task<void> {
    while (answers_.size() < 4) co_await asio::post(loop_.context().get_executor(), kUseTask);
    to_stop.stop();
  };
  run(ask(dns, "silent.test"), ask(dns, "short.test"), ask(dns, "large.test"), ask(dns, "gone.test"),
      ask(dns, "alias.test"), stop_after_four(dns));
  ASSERT_EQ(answers_.size(), 5u);
  EXPECT_EQ(answers_.back(), "failed: the look-ups were stopped");
  answers_.pop_back();
  EXPECT_THAT(answers_, UnorderedElementsAre("found[one][two]", "found[" + std::string(3000, 'x') + "]",
                                             "no-name", "found[by another name]"));
}

TEST_F(DnsTest, HasAMostOfLookUps) {
  Dns dns = open({.limit = 300ms, .most = 2});
  run(ask(dns, "silent.test"), ask(dns, "silent.test"), ask(dns, "short.test"));
  ASSERT_EQ(answers_.size(), 3u);
  EXPECT_EQ(answers_.front(), "failed: too many names are being looked up");
  // There is room again once c-ares has given the two up, too.
  do {
    answers_.clear();
    run(ask(dns, "short.test"));
  } while (answers_.front() == "failed: too many names are being looked up");
  EXPECT_THAT(answers_, ElementsAre("found[one][two]"));
}

TEST_F(DnsTest, AStopEndsEveryLookUp) {
  Dns dns = open({.limit = 1h});
  run(ask(dns, "silent.test"), ask(dns, "silent.test"), stop_when_asked(dns));
  EXPECT_THAT(answers_,
              ElementsAre("failed: the look-ups were stopped", "failed: the look-ups were stopped"));
  run(ask(dns, "short.test"));
  EXPECT_EQ(answers_.back(), "failed: the look-ups were stopped");
}

TEST_F(DnsTest, NobodyListens) {
  DnsSettings settings{.servers = {}, .limit = 300ms};
  {
    const TestDns gone({});
    settings.servers = {gone.endpoint()};
  }
  auto dns = Dns::open(loop_.context(), settings);
  ASSERT_TRUE(dns);
  run(ask(*dns, "short.test"));
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_THAT(answers_.front(), HasSubstr("failed: "));
}

// Neither waits for a look-up that was begun: the Dns goes first, then its loop.
TEST_F(DnsTest, MayEndWithLookUpsInIt) {
  for (const bool goes_on : {false, true}) {
    Loop loop(1);
    std::string said = "nothing";
    {
      Dns dns = Dns::open(loop.context(), {.servers = {server_.endpoint()}}).value();
      auto hang = [](Dns& from, std::string& text) -> Task<void> {
        text = shown(co_await from.ask({RecordType::Txt, "silent.test"}));
      };
      asio::co_spawn(loop.context(), hang(dns, said), asio::detached);
      loop.context().poll();
    }
    if (goes_on) loop.context().run();
    EXPECT_EQ(said, goes_on ? "failed: the look-ups were stopped" : "nothing");
  }
}

}  // namespace
}  // namespace backstop::net
