#include "report/history_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <string_view>

#include "base/text.h"
#include "report/fact_table.h"
#include "store/event_fixture.h"

namespace backstop::report {
namespace {

using testing::HasSubstr;
using testing::Not;

class HistoryPage : public testing::Test {
 protected:
  HistoryPage() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

store::Event make_event(int minute) {
  store::Event event = store::refused_bounce();
  event.time += std::chrono::minutes(minute);
  return event;
}

TEST_F(HistoryPage, TableOfTwoDays) {
  store::Event ordinary = make_event(-1);
  ordinary.reverse_path = "bob@example.com";
  ordinary.recipients = {"ann@example.org", "ben@example.org", "cem@example.org"};
  ordinary.kind = "none";
  ordinary.done = store::Done::Delivered;
  ordinary.cause = "ordinary";
  EXPECT_EQ(history_table({make_event(605), ordinary}),
            "  Time      Id               Done       Kind        Client       From -> To                     "
            "        Cause\n"
            "2026-11-23 (UTC)\n"
            "  10:05:00  0065f1c2a9b3d40  refused    dsn-failed  203.0.113.7  <> -> ann@example.org          "
            "        bad-tag\n"
            "2026-11-22 (UTC)\n"
            "  23:59:00  0065f1c2a9b3d40  delivered  none        203.0.113.7  bob@example.com -> "
            "ann@example.org +2  ordinary\n");
}

TEST_F(HistoryPage, TableShowsWhatTheNextStageWouldDoOtherwise) {
  store::Event left = make_event(0);
  left.done = store::Done::Delivered;
  left.verdict = store::Verdict::Accept;
  left.next_stage = store::Verdict::Quarantine;
  store::Event owed = left;
  owed.next_stage = store::Verdict::Accept;
  EXPECT_EQ(
      history_table({left, owed}),
      "  Time      Id               Done       Kind        Client       From -> To             Cause    Next "
      "stage\n"
      "2026-11-23 (UTC)\n"
      "  00:00:00  0065f1c2a9b3d40  delivered  dsn-failed  203.0.113.7  <> -> ann@example.org  bad-tag  "
      "quarantine\n"
      "  00:00:00  0065f1c2a9b3d40  delivered  dsn-failed  203.0.113.7  <> -> ann@example.org  bad-tag\n");
}

TEST_F(HistoryPage, OnItsWayOutAResponseIsHeld) {
  store::Event held = make_event(0);
  held.direction = store::Direction::Outbound;
  held.done = store::Done::Quarantined;
  held.verdict = store::Verdict::Quarantine;
  held.next_stage = store::Verdict::Quarantine;
  EXPECT_THAT(history_table({held}),
              testing::AllOf(testing::HasSubstr("  held "), testing::Not(testing::HasSubstr("quarantine"))));
}

TEST_F(HistoryPage, WhatIsNotKnownIsADash) {
  store::Event event;
  event.time = std::chrono::sys_days(std::chrono::days(20780));
  event.done = store::Done::Refused;
  EXPECT_THAT(history_table({event}), HasSubstr("  00:00:00  -   refused  -     -       <> -> -\n"));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::string_view line; base::next_line(text, line);) lines.emplace_back(line);
  return lines;
}

TEST_F(HistoryPage, SurgeHasOnlyWhatItHas) {
  store::Event event;
  event.time = make_event(0).time;
  event.direction = store::Direction::Inbound;
  event.recipients = {"ann@example.org"};
  event.cause = store::kSurge;
  event.explanation = "a surge has begun: 40 unproven responses to ann@example.org came within a minute";
  const std::string page = event_page(event);
  EXPECT_THAT(page,
              testing::EndsWith(": surge\n  a surge has begun: 40 unproven responses to ann@example.org "
                                "came within a\n  minute\n\n  To     ann@example.org\n  Cause  surge\n"));
  EXPECT_THAT(history_table({event}), testing::ContainsRegex("  -  +-  +-  +- -> ann@example.org  +surge\n"));
}

struct Wide {
  const char* name;
  void (*change)(store::Event&);
  std::string_view want;  ///< what is still there
};

TEST_F(HistoryPage, TableKeepsItsWidth) {
  const Wide rows[] = {
      {"long IPv6 address", [](store::Event& e) { e.client = "2001:db8:1111:2222:3333:4444:5555:6666"; },
       "2001:db8:1111:2222:3333:4444:5555:6666 "},
      {"long IPv6 address and long sender",
       [](store::Event& e) {
         e.client = "2001:db8:1111:2222:3333:4444:5555:6666";
         e.reverse_path = std::string(64, 'a') + "@example.net";
       },
       "2001:db8:1111:2222:333… "},
      {"long sender", [](store::Event& e) { e.reverse_path = std::string(64, 'a') + "@example.net"; },
       "aaa… -> ann@example.org"},
      {"long recipient", [](store::Event& e) { e.recipients = {std::string(64, 'b') + "@example.net"}; },
       "<> -> bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
      {"both",
       [](store::Event& e) {
         e.reverse_path = std::string(64, 'a') + "@example.net";
         e.recipients = {std::string(64, 'b') + "@example.net"};
       },
       "aaaa… -> bbbb"},
      {"umlauts",
       [](store::Event& e) {
         for (int i = 0; i < 30; ++i) e.reverse_path += "\u00FC";
         e.reverse_path += "@example.net";
       },
       "\u00FC… -> ann@example.org"},
      {"all at once",
       [](store::Event& e) {
         e.reverse_path = e.client = e.kind = e.cause = std::string(300, 'x');
         e.recipients = {std::string(300, 'y')};
       },
       "xxxxxxxxxx… -> yyyyyyyyyyy…"},
      {"control bytes",
       [](store::Event& e) {
         e.reverse_path = e.client = e.kind = e.cause = "\x1b[31m\n\r\t\x7f\xC2\x9B";
         e.recipients = {"\x1b]0;x\x07"};
       },
       "\uFFFD[31m"},
  };
  for (const auto& row : rows) {
    store::Event event = make_event(0);
    row.change(event);
    const std::string table = history_table({event, make_event(0)});
    EXPECT_THAT(table, HasSubstr(row.want)) << row.name;
    const auto lines = lines_of(table);
    EXPECT_EQ(lines.size(), 4u) << row.name;
    for (const auto& line : lines) {
      EXPECT_LE(columns(line), kTableWidth) << row.name << ": " << line;
      EXPECT_TRUE(base::is_utf8(line)) << row.name;
      EXPECT_THAT(line, Not(testing::ContainsRegex("[\x01-\x1f\x7f]"))) << row.name;
    }
  }
}

TEST_F(HistoryPage, RunningTableHasHeadingsOnceAndEachDayOnce) {
  RunningHistoryTable table;
  const std::string first = table.line(make_event(0));
  EXPECT_THAT(first, testing::StartsWith("  Time      Id               Done "));
  EXPECT_THAT(first, HasSubstr("\n2026-11-23 (UTC)\n  00:00:00  0065f1c2a9b3d40  refused "));
  const std::string second = table.line(make_event(1));
  EXPECT_THAT(second, testing::StartsWith("  00:01:00  0065f1c2a9b3d40  refused "));
  EXPECT_THAT(table.line(make_event(24 * 60)), testing::StartsWith("2026-11-24 (UTC)\n  00:00:00  "));
  // The columns stay where they are.
  EXPECT_EQ(lines_of(first).back().find("bad-tag"), second.find("bad-tag"));
  store::Event wide = make_event(24 * 60 + 1);
  wide.client = wide.kind = wide.cause = wide.id = wide.reverse_path = std::string(300, 'x');
  EXPECT_EQ(columns(table.line(wide)), kTableWidth + 1);
}

TEST_F(HistoryPage, RunningTableCutsOnlyWhatHasNoRoom) {
  const std::string address = "a.name.of.forty.two.letters@some.example.org";
  store::Event event = make_event(0);
  event.recipients = {address};
  event.cause = "tag";
  const auto line_of = [&](std::size_t width) {
    return lines_of(RunningHistoryTable(width).line(event)).back();
  };
  EXPECT_THAT(line_of(kTableWidth), HasSubstr("<> -> a.name.of.forty.two.letters@some.e…  tag"));
  EXPECT_EQ(columns(line_of(kTableWidth)), kTableWidth);
  EXPECT_THAT(line_of(130), HasSubstr("<> -> " + address + "  tag"));
  EXPECT_THAT(line_of(kUncut), HasSubstr("<> -> " + address + "  tag"));
  event.reverse_path = std::string(100, 'x') + "@example.net";
  event.cause = std::string(30, 'c');
  EXPECT_THAT(line_of(kUncut), testing::AllOf(HasSubstr(event.reverse_path + " -> " + address),
                                              testing::EndsWith("  " + event.cause)));
}

TEST_F(HistoryPage, PageOfOneEvent) {
  EXPECT_EQ(event_page(make_event(605)),
            "2026-11-23 10:05:00 UTC: refused\n"
            "  You did not write the mail that this bounce answers.\n"
            "\n"
            "  Id          0065f1c2a9b3d40\n"
            "  Gateway     in, inbound\n"
            "  Client      203.0.113.7, which called itself mx.example.net\n"
            "  From        <>\n"
            "  To          prvs=0787c97471=ann@example.org\n"
            "  Size        4321 octets\n"
            "  Kind        dsn-failed\n"
            "  Sent by     mta.example.net\n"
            "  Answers     1@example.org\n"
            "  Origin      forged\n"
            "    tag       refutes: The tag was not made with our key.\n"
            "  Verdict     refuse\n"
            "  Cause       bad-tag\n"
            "  Stage       label\n"
            "  Next stage  refuse\n"
            "  Reply       550 5.7.1 You did not write it\n"
            "  Took        12 ms\n");
}

TEST_F(HistoryPage, PageNamesTheFirstRecipientsAndThatTheClientLeft) {
  store::Event event = make_event(0);
  event.recipients.clear();
  for (int i = 1; i <= 12; ++i) event.recipients.push_back("u" + std::to_string(i) + "@example.org");
  event.client_gone = true;
  const std::string page = event_page(event);
  EXPECT_THAT(page, HasSubstr("  To          u10@example.org\n              and 2 more recipients\n"));
  EXPECT_THAT(page, Not(HasSubstr("u11@")));
  EXPECT_THAT(page, HasSubstr("the mail may come again"));
}

TEST_F(HistoryPage, NothingInAPageSteersATerminal) {
  store::Event event = make_event(0);
  const std::string hostile = "a\x1b[2J\r\n\x07\xFF" + std::string(1, '\0') + "b";
  event.id = event.gateway = event.client = event.helo = event.reverse_path = event.message_id = event.kind =
      event.explanation = event.reply = event.cause = hostile;
  event.recipients = {hostile};
  event.evidence = {{hostile, hostile, hostile}};
  const std::string page = event_page(event);
  EXPECT_TRUE(base::is_utf8(page));
  for (const char c : page) EXPECT_FALSE(c != '\n' && (static_cast<unsigned char>(c) < 32 || c == 0x7f));
}

}  // namespace
}  // namespace backstop::report
