#include "service/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/folder_fixture.h"
#include "store/event_fixture.h"
#include "store/event_json.h"

namespace backstop::service {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

using store::delivered_mail;
using store::event_json;

TEST(EventLine, OrdinaryMail) {
  EXPECT_EQ(event_line(delivered_mail()),
            "delivered 00641 gateway=in client=192.0.2.1 helo=mx.example.net from=<bob@example.net> "
            "to=<ann@example.org> size=1234 message-id=1.2@example.net stage=reject took=12ms "
            "reply=\"250 2.0.0 Taken\"");
}

TEST(EventLine, SenderThatIsRefused) {
  auto event = delivered_mail();
  event.recipients.clear();
  event.size = 0;
  event.message_id.clear();
  event.stage.clear();
  event.cause = "not-authorized";
  event.done = store::Done::Refused;
  event.reply = "530 5.7.0 Log in";
  EXPECT_EQ(event_line(event),
            "refused 00641 gateway=in client=192.0.2.1 helo=mx.example.net from=<bob@example.net> "
            "cause=not-authorized took=12ms reply=\"530 5.7.0 Log in\"");
}

TEST(EventLine, EveryField) {
  auto event = delivered_mail();
  event.reverse_path.clear();
  event.recipients = {"ann@example.org", "prvs=0536e79793=cat@example.org"};
  event.kind = "dsn-failed";
  event.origin = "forged";
  event.cause = "forged";
  event.done = store::Done::Refused;
  event.next_stage = store::Verdict::Refuse;
  event.client_gone = true;
  event.reply = "550 5.7.1 No mail of ours";
  EXPECT_EQ(event_line(event),
            "refused 00641 gateway=in client=192.0.2.1 helo=mx.example.net from=<> "
            "to=<ann@example.org>,\"<prvs=0536e79793=cat@example.org>\" size=1234 message-id=1.2@example.net "
            "kind=dsn-failed origin=forged cause=forged stage=reject next-stage=refuse took=12ms client-gone "
            "reply=\"550 5.7.1 No mail of ours\"");
}

struct HostileCase {
  std::string_view name;
  std::string_view helo;
  std::string_view want;  ///< how it stands in the line
};

// Whatever a client calls itself, the line has the same fields before and after.
TEST(EventLine, AValueCannotLookLikeAnotherField) {
  const HostileCase cases[] = {
      {"space", "x from=<boss@example.org>", "\"x from=<boss@example.org>\""},
      {"equals sign", "helo=x", "\"helo=x\""},
      {"quote", "x\" to=\"y", "\"x\\\" to=\\\"y\""},
      {"quote alone", "\"", "\"\\\"\""},
      {"backslash", "x\\", "\"x\\\\\""},
      {"line end", "x\r\n2026-11-25T10:00:00.000Z info delivered",
       "\"x  2026-11-25T10:00:00.000Z info delivered\""},
      {"line feed alone", "x\ny", "\"x y\""},
      {"tab", "x\ty", "\"x y\""},
      {"escape of a terminal", "\x1b[2Jx", "\xEF\xBF\xBD[2Jx"},
      {"zero byte", std::string_view("x\0y", 3), "x\xEF\xBF\xBDy"},
      {"invalid UTF-8", "x\xff", "x\xEF\xBF\xBD"},
      {"valid UTF-8", "m\xC3\xBCller.example", "m\xC3\xBCller.example"},
      {"address literal", "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"},
  };
  for (const auto& [name, helo, want] : cases) {
    SCOPED_TRACE(name);
    auto event = delivered_mail();
    event.helo = helo;
    const auto line = event_line(event);
    const std::string front = "delivered 00641 gateway=in client=192.0.2.1 helo=";
    const std::string back = " from=<bob@example.net> to=<ann@example.org>";
    EXPECT_EQ(line.substr(0, front.size() + want.size() + back.size()), front + std::string(want) + back);
  }
}

TEST(EventLine, NoFieldOfTheClientOrTheNextHopBreaksTheLine) {
  const std::string hostile = "a\" b=c\r\nd>,<e\\";
  const std::string shown = "a\\\" b=c  d>,<e\\\\";
  auto event = delivered_mail();
  event.reverse_path = event.message_id = event.reply = event.helo = hostile;
  event.recipients = {hostile, hostile};
  const auto path = "\"<" + shown + ">\"";
  EXPECT_EQ(event_line(event), "delivered 00641 gateway=in client=192.0.2.1 helo=\"" + shown + "\" from=" +
                                   path + " to=" + path + "," + path + " size=1234 message-id=\"" + shown +
                                   "\" stage=reject took=12ms reply=\"" + shown + "\"");
}

TEST(EventLine, AValueHasACap) {
  auto event = delivered_mail();
  event.message_id = std::string(100'000, 'x');
  EXPECT_LT(event_line(event).size(), 2500u);
}

/// A history that remembers.
class Memory : public store::HistoryWriter {
 public:
  explicit Memory(std::vector<std::string>& ids) : ids_(ids) {}
  void record(store::Event event) override { ids_.push_back(event.id); }
  void add(store::DaySums sums) override { ids_.push_back("sums of " + sums.domain); }
  bool flush(milliseconds) override { return true; }
  store::BatchCounters counters() const override { return {}; }

 private:
  std::vector<std::string>& ids_;
};

class EventLogTest : public testing::Test {
 protected:
  std::vector<std::string> lines_of(os::LogFormat format, os::LogLevel level, const auto& work) {
    const std::string path = folder_.path("log");
    std::filesystem::remove(path);
    {
      EventLog events;
      auto log = os::Log::open({.level = level, .format = format, .file = path});
      EXPECT_TRUE(log);
      events.open_log(std::move(*log));
      work(events);
    }
    std::ifstream file(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

  base::TemporaryFolder folder_;
};

TEST_F(EventLogTest, AnEventIsALineOfItsTime) {
  const auto record = [](EventLog& events) { events.record(delivered_mail()); };
  EXPECT_THAT(lines_of(os::LogFormat::Human, os::LogLevel::Info, record),
              ElementsAre("2026-11-25T10:00:00.007Z info " + event_line(delivered_mail())));
  EXPECT_THAT(lines_of(os::LogFormat::Json, os::LogLevel::Info, record),
              ElementsAre(boost::json::serialize(event_json(delivered_mail()))));
  EXPECT_THAT(lines_of(os::LogFormat::Human, os::LogLevel::Warning, record), IsEmpty());
}

TEST_F(EventLogTest, ASurgeIsALineAndAnEvent) {
  std::vector<std::string> kept;
  const auto lines = lines_of(os::LogFormat::Human, os::LogLevel::Info, [&](EventLog& events) {
    events.open_history(std::make_unique<Memory>(kept));
    for (const auto& [cause, words] :
         {std::pair("surge", "a surge has begun"), std::pair("surge-over", "the surge is over")}) {
      store::Event event;
      event.id = event.cause = cause;
      event.explanation = words;
      events.record(event);
    }
  });
  EXPECT_THAT(lines, ElementsAre(testing::EndsWith("Z warning a surge has begun"),
                                 testing::EndsWith("Z info the surge is over")));
  EXPECT_THAT(kept, ElementsAre("surge", "surge-over"));
}

TEST_F(EventLogTest, NoticesHaveTheirLevel) {
  const auto lines = lines_of(os::LogFormat::Human, os::LogLevel::Debug, [](EventLog& events) {
    events.notice(os::LogLevel::Debug, "a");
    events.notice(os::LogLevel::Info, "b");
    events.notice(os::LogLevel::Warning, "c");
    events.notice(os::LogLevel::Error, "d");
  });
  EXPECT_THAT(lines, ElementsAre(testing::EndsWith("Z debug a"), testing::EndsWith("Z info b"),
                                 testing::EndsWith("Z warning c"), testing::EndsWith("Z error d")));
}

TEST_F(EventLogTest, TheHistoryGetsTheSums) {
  std::vector<std::string> kept;
  const auto lines = lines_of(os::LogFormat::Human, os::LogLevel::Debug, [&](EventLog& events) {
    events.count({.domain = "lost.test"});  // there is no history
    events.open_history(std::make_unique<Memory>(kept));
    events.count({.domain = "example.org"});
  });
  EXPECT_THAT(kept, ElementsAre("sums of example.org"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(EventLogTest, OrdinaryMailIsKeptIfItIsWanted) {
  std::vector<std::string> kept;
  lines_of(os::LogFormat::Human, os::LogLevel::Info, [&](EventLog& events) {
    events.open_history(std::make_unique<Memory>(kept));
    const auto record = [&](std::string id, auto change) {
      auto event = delivered_mail();
      event.id = std::move(id);
      change(event);
      events.record(event);
    };
    record("ordinary", [](auto&) {});
    record("refused", [](auto& event) { event.done = store::Done::Refused; });
    record("gone", [](auto& event) { event.client_gone = true; });
    record("response", [](auto& event) { event.kind = "dsn-failed"; });
    events.keep_ordinary(true);
    record("wanted", [](auto&) {});
  });
  EXPECT_THAT(kept, ElementsAre("refused", "gone", "response", "wanted"));
}

}  // namespace
}  // namespace backstop::service
