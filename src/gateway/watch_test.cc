#include "gateway/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace backstop::gateway {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Step = Watch::Step;

class Lines : public EventSink {
 public:
  void record(store::Event) override { FAIL() << "a watch records no events"; }
  void notice(Gravity gravity, std::string_view line) override {
    constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
    all.push_back(std::string(kNames[static_cast<std::size_t>(gravity)]) + " " + std::string(line));
  }
  std::vector<std::string> take() { return std::exchange(all, {}); }

  std::vector<std::string> all;
};

class WatchTest : public testing::Test {
 protected:
  static Watch::Clock::time_point at(int second) {
    return Watch::Clock::time_point() + seconds(1000 + second);
  }
  static NextHop hop(std::string url) {
    NextHop hop;
    hop.url = std::move(url);
    return hop;
  }

  Lines lines;
  Watch watch{lines};
  const NextHop a = hop("smtp://a");
  const NextHop b = hop("smtp://b");
  const NextHopTrouble refused{Trouble::NoConnection, "connection refused"};
};

struct WordsCase {
  Trouble trouble;
  std::string_view detail;
  std::string_view want_line;  ///< empty: none
};

TEST_F(WatchTest, EachTroubleHasItsWords) {
  const WordsCase cases[] = {
      {Trouble::NoConnection, "connection refused",
       "warning next hop smtp://0 can't be reached: connection refused"},
      {Trouble::NoName, "no such host",
       "warning next hop smtp://1 has a name that can't be looked up: no such host"},
      {Trouble::Full, "", ""},
      {Trouble::ConnectionLost, "the connection was closed",
       "warning next hop smtp://3 ended the connection: the connection was closed"},
      {Trouble::NoAnswer, "", "warning next hop smtp://4 did not answer in time"},
      {Trouble::Nonsense, "25o what",
       "warning next hop smtp://5 gave an answer that makes no sense: 25o what"},
      {Trouble::Refuses, "554 5.3.2 no\r\nservice",
       "warning next hop smtp://6 takes no mail: 554 5.3.2 no  service"},
      {Trouble::Tls, "certificate has expired",
       "warning next hop smtp://7 has no TLS as it is asked for: certificate has expired"},
      {Trouble::Maildir, "permission denied",
       "warning next hop smtp://8 can't be written: permission denied"},
      {Trouble::MaildirFull, "", "warning next hop smtp://9 has no space"},
      {Trouble::Stopping, "", ""},
      {Trouble::GatewayGone, "", ""},
      {Trouble::NeedsSmtputf8, "", ""},
      {Trouble::AuthenticationLost, "", ""},
  };
  static_assert(std::size(cases) == kTroubleCount);
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(static_cast<std::size_t>(cases[i].trouble), i);
    watch.hop_failed(hop("smtp://" + std::to_string(i)), Step::Opening,
                     {cases[i].trouble, std::string(cases[i].detail)}, at(0));
    const auto told = lines.take();
    if (cases[i].want_line.empty()) {
      EXPECT_THAT(told, IsEmpty());
    } else {
      EXPECT_THAT(told, ElementsAre(cases[i].want_line));
    }
  }
}

TEST_F(WatchTest, WhatStaysDownIsToldOnceAMinuteWithItsCount) {
  watch.hop_failed(a, Step::Opening, refused, at(0));
  EXPECT_EQ(lines.take().size(), 1u);
  for (int second = 1; second < 60; ++second) watch.hop_failed(a, Step::Opening, refused, at(second));
  EXPECT_THAT(lines.take(), IsEmpty());
  watch.hop_failed(a, Step::Opening, refused, at(60));
  EXPECT_THAT(
      lines.take(),
      ElementsAre("warning next hop smtp://a can't be reached: connection refused (60 times in 60 s)"));
  watch.hop_failed(a, Step::Opening, refused, at(119));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(WatchTest, NextHopsAreToldApart) {
  watch.hop_failed(a, Step::Opening, refused, at(0));
  watch.hop_failed(b, Step::Opening, refused, at(1));
  EXPECT_THAT(lines.take(), ElementsAre(testing::HasSubstr("smtp://a"), testing::HasSubstr("smtp://b")));
}

TEST_F(WatchTest, WhatWorksAgainIsToldOnceItHasSettled) {
  watch.hop_failed(a, Step::Opening, refused, at(0));
  watch.hop_failed(a, Step::Opening, refused, at(30));
  lines.take();
  watch.hop_worked(a, Step::Opening, at(39));
  EXPECT_THAT(lines.take(), IsEmpty());
  watch.hop_worked(a, Step::Opening, at(40));
  EXPECT_THAT(lines.take(), ElementsAre("info next hop smtp://a works again, after 40 s"));
  watch.hop_worked(a, Step::Opening, at(41));
  EXPECT_THAT(lines.take(), IsEmpty());
  watch.hop_failed(a, Step::Opening, refused, at(42));
  EXPECT_THAT(lines.take(), ElementsAre("warning next hop smtp://a can't be reached: connection refused"));
}

TEST_F(WatchTest, AnotherThatWorksSaysNothing) {
  watch.hop_failed(a, Step::Opening, refused, at(0));
  lines.take();
  watch.hop_worked(b, Step::Transaction, at(100));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(WatchTest, AConnectionThatOpensDoesNotMendTransactions) {
  watch.hop_failed(a, Step::Transaction, {Trouble::NoAnswer, ""}, at(0));
  lines.take();
  watch.hop_worked(a, Step::Opening, at(100));
  EXPECT_THAT(lines.take(), IsEmpty());
  watch.hop_worked(a, Step::Transaction, at(100));
  EXPECT_THAT(lines.take(), ElementsAre("info next hop smtp://a works again, after 100 s"));
}

TEST_F(WatchTest, AtTheEndNobodyIsBlamed) {
  watch.end();
  watch.hop_failed(a, Step::Transaction, {Trouble::ConnectionLost, ""}, at(0));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(WatchTest, AFullHouseIsToldOnceAMinute) {
  watch.is_full(20, at(0));
  watch.is_full(20, at(59));
  watch.is_full(20, at(60));
  constexpr std::string_view kLine =
      "warning a client was turned away: there are 20 sessions, and no more are allowed by \"sessions\" in "
      "[limits]";
  EXPECT_THAT(lines.take(), ElementsAre(kLine, std::string(kLine) + " (2 times in 60 s)"));
}

TEST_F(WatchTest, AFullNextHopIsToldOnceAMinute) {
  watch.hop_is_full(a, 20, at(0));
  watch.hop_is_full(b, 20, at(1));
  watch.hop_is_full(a, 20, at(59));
  watch.hop_is_full(a, 20, at(60));
  const auto line = [](const char* url) {
    return std::string("warning a client was put off: there are 20 sessions with next hop ") + url +
           ", and no more are allowed by \"next_hop_sessions\" in [limits]";
  };
  EXPECT_THAT(lines.take(),
              ElementsAre(line("smtp://a"), line("smtp://b"), line("smtp://a") + " (2 times in 60 s)"));
}

TEST_F(WatchTest, AUsedShareIsToldOnceAMinute) {
  watch.client_share_is_used(12, at(0));
  watch.client_share_is_used(12, at(59));
  watch.client_share_is_used(12, at(60));
  constexpr std::string_view kLine =
      "warning a client was put off: it uses 12 sessions with next hops, and one client may use no more than "
      "an eighth of \"next_hop_sessions\" in [limits]";
  EXPECT_THAT(lines.take(), ElementsAre(kLine, std::string(kLine) + " (2 times in 60 s)"));
  watch.end();
  watch.client_share_is_used(12, at(120));
  EXPECT_THAT(lines.take(), IsEmpty());
}

struct PartCase {
  Watch::Part part;
  std::exception_ptr error;
  std::string_view want_line;
};

TEST_F(WatchTest, AnErrorOfOurOwnIsToldOnceAMinuteForEachPart) {
  using Part = Watch::Part;
  const PartCase cases[] = {
      {Part::Session, std::make_exception_ptr(std::bad_alloc()),
       "error a session failed and was closed: std::bad_alloc"},
      {Part::Accepting, std::make_exception_ptr(std::runtime_error("a\nb")),
       "error taking connections failed, and goes on: a b"},
      {Part::Deadlines, std::make_exception_ptr(7), "error keeping deadlines failed, and goes on: not known"},
      {Part::House, std::make_exception_ptr(std::runtime_error("a")),
       "error closing idle connections failed, and goes on: a"},
      {Part::NextHops, std::make_exception_ptr(std::runtime_error("a")),
       "error asking next hops what they offer failed, and goes on: a"},
      {Part::Loop, std::make_exception_ptr(std::runtime_error("a")), "error a worker failed, and goes on: a"},
  };
  static_assert(std::size(cases) == Watch::kPartCount);
  for (const auto& row : cases) {
    watch.threw(row.part, row.error, at(0));
    watch.threw(row.part, row.error, at(59));
    watch.threw(row.part, row.error, at(60));
    EXPECT_THAT(lines.take(), ElementsAre(row.want_line, std::string(row.want_line) + " (2 times in 60 s)"));
  }
}

TEST_F(WatchTest, WhatCantBeToldIsLeft) {
  class Throws : public EventSink {
   public:
    void record(store::Event) override {}
    void notice(Gravity, std::string_view) override {
      ++tries;
      throw std::bad_alloc();
    }
    int tries = 0;
  };
  Throws sink;
  Watch deaf(sink);
  for (const int seconds : {0, 60}) {
    deaf.threw(Watch::Part::Session, std::make_exception_ptr(std::bad_alloc()), at(seconds));
  }
  EXPECT_EQ(sink.tries, 2);
}

}  // namespace
}  // namespace backstop::gateway
