#include "next_hop/alarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace backstop::next_hop {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Step = Alarm::Step;

class Lines {
 public:
  void add(os::LogLevel level, std::string_view line) {
    all.push_back(std::string(base::name(level)) + " " + std::string(line));
  }
  std::vector<std::string> take() { return std::exchange(all, {}); }

  std::vector<std::string> all;
};

class AlarmTest : public testing::Test {
 protected:
  static Alarm::Clock::time_point at(int second) {
    return Alarm::Clock::time_point() + seconds(1000 + second);
  }
  static NextHop hop(std::string url) {
    NextHop hop;
    hop.url = std::move(url);
    return hop;
  }

  Lines lines;
  Alarm alarm{[this](os::LogLevel level, std::string_view line) { lines.add(level, line); }};
  const NextHop a = hop("smtp://a");
  const NextHop b = hop("smtp://b");
  const Failed refused{Trouble::NoConnection, "connection refused"};
};

struct WordsCase {
  Trouble trouble;
  std::string_view detail;
  std::string_view want_line;  ///< empty: none
};

TEST_F(AlarmTest, EachTroubleHasItsWords) {
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
       "warning next hop smtp://7 has no TLS as the configuration demands: certificate has expired"},
      {Trouble::Maildir, "permission denied",
       "warning next hop smtp://8 can't be written: permission denied"},
      {Trouble::MaildirFull, "", "warning next hop smtp://9 has no space"},
      {Trouble::Interrupted, "", ""},
      {Trouble::NeedsSmtputf8, "", ""},
      {Trouble::AuthenticationLost, "", ""},
  };
  static_assert(std::size(cases) == kTroubleCount);
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(static_cast<std::size_t>(cases[i].trouble), i);
    alarm.failed(hop("smtp://" + std::to_string(i)), Step::Opening,
                 {cases[i].trouble, std::string(cases[i].detail)}, at(0));
    const auto told = lines.take();
    if (cases[i].want_line.empty()) {
      EXPECT_THAT(told, IsEmpty());
    } else {
      EXPECT_THAT(told, ElementsAre(cases[i].want_line));
    }
  }
}

TEST_F(AlarmTest, ANextHopThatStaysDownIsReportedOnceAMinuteWithACount) {
  alarm.failed(a, Step::Opening, refused, at(0));
  EXPECT_EQ(lines.take().size(), 1u);
  for (int second = 1; second < 60; ++second) alarm.failed(a, Step::Opening, refused, at(second));
  EXPECT_THAT(lines.take(), IsEmpty());
  alarm.failed(a, Step::Opening, refused, at(60));
  EXPECT_THAT(
      lines.take(),
      ElementsAre("warning next hop smtp://a can't be reached: connection refused (60 times in 60 s)"));
  alarm.failed(a, Step::Opening, refused, at(119));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(AlarmTest, WhatANextHopLacksIsToldOnce) {
  for (int i = 0; i < 2; ++i) alarm.lacks(a, "XCLIENT");
  EXPECT_THAT(
      lines.take(),
      ElementsAre("warning next hop smtp://a does not offer XCLIENT, which its \"identity\" needs: it "
                  "sees every client as this host, so its own rules for strangers don't apply"));
  alarm.lacks(b, "XCLIENT");
  alarm.lacks(a, "XFORWARD");
  EXPECT_EQ(lines.take().size(), 2u);
  Alarm other([this](os::LogLevel level, std::string_view line) { lines.add(level, line); },
              Alarm::Tells::Troubles);
  other.lacks(a, "XCLIENT");
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(AlarmTest, NextHopsAreToldApart) {
  alarm.failed(a, Step::Opening, refused, at(0));
  alarm.failed(b, Step::Opening, refused, at(1));
  EXPECT_THAT(lines.take(), ElementsAre(testing::HasSubstr("smtp://a"), testing::HasSubstr("smtp://b")));
}

TEST_F(AlarmTest, ANextHopThatWorksAgainIsReportedOnceItHasSettled) {
  alarm.failed(a, Step::Opening, refused, at(0));
  alarm.failed(a, Step::Opening, refused, at(30));
  lines.take();
  alarm.worked(a, Step::Opening, at(39));
  EXPECT_THAT(lines.take(), IsEmpty());
  alarm.worked(a, Step::Opening, at(40));
  EXPECT_THAT(lines.take(), ElementsAre("info next hop smtp://a works again, after 40 s"));
  alarm.worked(a, Step::Opening, at(41));
  EXPECT_THAT(lines.take(), IsEmpty());
  alarm.failed(a, Step::Opening, refused, at(42));
  EXPECT_THAT(lines.take(), ElementsAre("warning next hop smtp://a can't be reached: connection refused"));
}

TEST_F(AlarmTest, AnotherThatWorksSaysNothing) {
  alarm.failed(a, Step::Opening, refused, at(0));
  lines.take();
  alarm.worked(b, Step::Transaction, at(100));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(AlarmTest, AConnectionThatOpensDoesNotMendTransactions) {
  alarm.failed(a, Step::Transaction, {Trouble::NoAnswer, ""}, at(0));
  lines.take();
  alarm.worked(a, Step::Opening, at(100));
  EXPECT_THAT(lines.take(), IsEmpty());
  alarm.worked(a, Step::Transaction, at(100));
  EXPECT_THAT(lines.take(), ElementsAre("info next hop smtp://a works again, after 100 s"));
}

TEST_F(AlarmTest, AtTheEndNoNextHopIsBlamed) {
  alarm.end();
  alarm.failed(a, Step::Transaction, {Trouble::ConnectionLost, ""}, at(0));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(AlarmTest, AFullNextHopIsToldOnceAMinute) {
  alarm.is_full(a, 20, at(0));
  alarm.is_full(b, 20, at(1));
  alarm.is_full(a, 20, at(59));
  alarm.is_full(a, 20, at(60));
  const auto line = [](const char* url) {
    return std::string("warning a client was put off: there are 20 sessions with next hop ") + url +
           ", and no more are allowed by \"next_hop_sessions\" in [limits]";
  };
  EXPECT_THAT(lines.take(),
              ElementsAre(line("smtp://a"), line("smtp://b"), line("smtp://a") + " (2 times in 60 s)"));
}

TEST_F(AlarmTest, AUsedShareIsToldOnceAMinute) {
  alarm.share_is_used(12, at(0));
  alarm.share_is_used(12, at(59));
  alarm.share_is_used(12, at(60));
  constexpr std::string_view kLine =
      "warning a client was put off: it uses 12 sessions with next hops, and one client may use no more than "
      "an eighth of \"next_hop_sessions\" in [limits]";
  EXPECT_THAT(lines.take(), ElementsAre(kLine, std::string(kLine) + " (2 times in 60 s)"));
  alarm.end();
  alarm.share_is_used(12, at(120));
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST_F(AlarmTest, WhatFailsNowCanBeAsked) {
  EXPECT_TRUE(alarm.failures().empty());
  alarm.failed(hop("smtp://a"), Step::Transaction, {Trouble::NoConnection, "connection refused"}, at(0));
  alarm.failed(hop("smtp://a"), Step::Transaction, {Trouble::NoAnswer}, at(5));
  alarm.failed(hop("smtp://b"), Step::Opening, {Trouble::NoConnection, "a\x1b[31m"}, at(6));
  const auto failures = alarm.failures();
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures.at("smtp://a").since, at(0));
  EXPECT_EQ(failures.at("smtp://a").last, at(5));
  EXPECT_EQ(failures.at("smtp://a").words, words_for(Trouble::NoAnswer));
  EXPECT_FALSE(failures.at("smtp://b").words.contains('\x1b'));
  alarm.worked(hop("smtp://a"), Step::Transaction, at(30));
  EXPECT_FALSE(alarm.failures().contains("smtp://a"));
  EXPECT_TRUE(alarm.failures().contains("smtp://b"));
}

}  // namespace
}  // namespace backstop::next_hop
