#include "mailbox/log_line.h"

#include <gtest/gtest.h>

#include <string>

#include "mailbox/log_fixture.h"

namespace backstop::mailbox {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using namespace std::chrono_literals;

constexpr auto kLatest = std::chrono::sys_seconds(sys_days(2026y / 11 / 30));

// "TIME HOST PROGRAM|MESSAGE", or empty.
std::string read(std::string_view text, std::chrono::sys_seconds latest = kLatest) {
  LogClock clock(latest);
  const auto line = parse_log_line(text, clock);
  if (!line) return {};
  EXPECT_EQ(time_of_line(text, clock), line->time) << text;
  return shown(line->time) + " " + std::string(line->host) + " " + std::string(line->program) + "|" +
         std::string(line->message);
}

struct LineRow {
  const char* name;
  const char* text;
  const char* want;
};

const LineRow kLines[] = {
    {"RFC 3164", "Nov 29 10:00:00 mx postfix/smtpd[123]: text", "2026-11-29T10:00:00 mx postfix/smtpd|text"},
    {"one digit of the day", "Nov  9 10:00:00 mx postfix/smtpd[123]: text",
     "2026-11-09T10:00:00 mx postfix/smtpd|text"},
    {"no process id", "Nov 29 10:00:00 mx postfix/smtpd: text", "2026-11-29T10:00:00 mx postfix/smtpd|text"},
    {"a priority", "<22>Nov 29 10:00:00 mx exim[1]: text", "2026-11-29T10:00:00 mx exim|text"},
    {"a fraction", "Nov 29 10:00:00.123456 mx exim[1]: text", "2026-11-29T10:00:00 mx exim|text"},
    {"empty text", "Nov 29 10:00:00 mx exim[1]:", "2026-11-29T10:00:00 mx exim|"},
    {"colons in the text", "Nov 29 10:00:00 mx exim[1]: a: b", "2026-11-29T10:00:00 mx exim|a: b"},
    {"RFC 3339", "2026-11-29T10:00:00.123456+01:00 mx postfix/qmgr[1]: text",
     "2026-11-29T09:00:00 mx postfix/qmgr|text"},
    {"in UTC", "2026-11-29T10:00:00Z mx postfix/qmgr[1]: text", "2026-11-29T10:00:00 mx postfix/qmgr|text"},
    {"west", "2026-11-29T23:30:00-0130 mx postfix/qmgr[1]: text", "2026-11-30T01:00:00 mx postfix/qmgr|text"},
    {"no zone", "2026-11-29T10:00:00 Zeus postfix/qmgr[1]: text",
     "2026-11-29T10:00:00 Zeus postfix/qmgr|text"},
    {"leap second", "2026-11-29T23:59:60Z mx postfix/qmgr[1]: text",
     "2026-11-30T00:00:00 mx postfix/qmgr|text"},
    {"RFC 5424", "<22>1 2026-11-29T10:00:00.1+01:00 mx postfix/qmgr 12 - - text",
     "2026-11-29T09:00:00 mx postfix/qmgr|text"},
    {"with structured data", R"(<22>1 2026-11-29T10:00:00Z mx exim 12 id [a b="]"][c d="\"]"] text)",
     "2026-11-29T10:00:00 mx exim|text"},
    {"with a byte order mark", "<22>1 2026-11-29T10:00:00Z mx exim - - - \xEF\xBB\xBFtext",
     "2026-11-29T10:00:00 mx exim|text"},
    {"journalctl short-iso", "2026-11-29T10:00:00+0100 mx postfix/qmgr[1]: text",
     "2026-11-29T09:00:00 mx postfix/qmgr|text"},
    {"journalctl short-full, UTC", "Sun 2026-11-29 10:00:00 UTC mx postfix/qmgr[1]: text",
     "2026-11-29T10:00:00 mx postfix/qmgr|text"},
    {"journalctl short-full, local", "Sun 2026-11-29 10:00:00 CET mx postfix/qmgr[1]: text",
     "2026-11-29T10:00:00 mx postfix/qmgr|text"},
    {"journalctl short-unix", "1795946400.123456 mx postfix/qmgr[1]: text",
     "2026-11-29T10:00:00 mx postfix/qmgr|text"},
};

TEST(LogLine, ReadsEveryForm) {
  const TimeZone utc("UTC");
  for (const auto& row : kLines) EXPECT_EQ(read(row.text), row.want) << row.name;
}

TEST(LogLine, CutAtEveryPositionItReadsNoMoreThanThereIs) {
  const TimeZone utc("UTC");
  for (const auto& row : kLines) {
    const std::string_view text = row.text;
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      // A copy, so that the sanitizer sees a read past the end.
      const std::string part(text.substr(0, cut));
      const std::string got = read(part);
      EXPECT_TRUE(got.empty() || std::string_view(row.want).starts_with(got.substr(0, got.find('|') + 1)))
          << row.name << " cut at " << cut << ": " << got;
    }
  }
}

TEST(LogLine, RefusesWhatIsNone) {
  for (const char* text : {
           "",
           "text",
           "-- Boot 0123456789abcdef --",
           "-- Journal begins at Sun 2026-11-29 10:00:00 UTC. --",
           "Nov 29 10:00:00",
           "Nov 29 10:00:00 mx",
           "Nov 29 10:00:00 mx : text",
           "Nov 29 10:00:00 mx postfix/qmgr text: text",
           "Nov 29 10:00:00 mx postfix/qmgr[a]: text",
           "Nov 31 10:00:00 mx postfix/qmgr[1]: text",
           "Foo 29 10:00:00 mx postfix/qmgr[1]: text",
           "Nov 29 24:00:00 mx postfix/qmgr[1]: text",
           "Nov 29 10:60:00 mx postfix/qmgr[1]: text",
           "Nov 29 10:00:61 mx postfix/qmgr[1]: text",
           "Nov 29 10-00-00 mx postfix/qmgr[1]: text",
           "2026-13-29T10:00:00Z mx postfix/qmgr[1]: text",
           "2026-02-29T10:00:00Z mx postfix/qmgr[1]: text",
           "1969-11-29T10:00:00Z mx postfix/qmgr[1]: text",
           "12345678.1 mx postfix/qmgr[1]: text",
           "12345678901.1 mx postfix/qmgr[1]: text",
           "<22>1 2026-11-29T10:00:00Z mx postfix/qmgr 1 - text",
           "<22>1 2026-11-29T10:00:00Z mx postfix/qmgr 1 - [a b=\"] text",
           "<2222>Nov 29 10:00:00 mx postfix/qmgr[1]: text",
       }) {
    EXPECT_EQ(read(text), "") << text;
  }
}

struct YearRow {
  const char* name;
  std::chrono::sys_days latest;
  const char* stamp;
  const char* want;
};

const YearRow kYears[] = {
    {"the same day", 2026y / 11 / 29, "Nov 29 10:00:00", "2026-11-29"},
    {"a day later, as another zone has it", 2026y / 11 / 29, "Nov 30 00:00:00", "2026-11-30"},
    {"more than a day later", 2026y / 11 / 29, "Nov 30 00:00:01", "2025-11-30"},
    {"December, read in January", 2027y / 1 / 1, "Dec 31 23:59:59", "2026-12-31"},
    {"January, read in January", 2027y / 1 / 1, "Jan  1 00:00:01", "2027-01-01"},
    {"January, read at the end of December", 2026y / 12 / 31, "Jan  1 00:00:00", "2027-01-01"},
    {"January, read a day before", 2026y / 12 / 30, "Jan  1 00:00:00", "2026-01-01"},
    {"29 February of this year", 2028y / 3 / 1, "Feb 29 10:00:00", "2028-02-29"},
    {"29 February of years ago", 2027y / 3 / 1, "Feb 29 10:00:00", "2024-02-29"},
    {"29 February over a century", 2103y / 3 / 1, "Feb 29 10:00:00", "2096-02-29"},
};

TEST(LogLine, InfersTheYear) {
  const TimeZone utc("UTC");
  for (const auto& row : kYears) {
    const std::string line = std::string(row.stamp) + " mx exim[1]: text";
    EXPECT_EQ(read(line, row.latest).substr(0, 10), row.want) << row.name;
  }
}

TEST(LogLine, TimesWithoutAZoneAreLocal) {
  const TimeZone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(read("Nov 29 10:00:00 mx exim[1]: text"), "2026-11-29T09:00:00 mx exim|text");
  EXPECT_EQ(read("Jul 29 10:00:00 mx exim[1]: text"), "2026-07-29T08:00:00 mx exim|text");
  EXPECT_EQ(read("Sun 2026-11-29 10:00:00 CET mx exim[1]: text"), "2026-11-29T09:00:00 mx exim|text");
  EXPECT_EQ(read("2026-11-29T10:00:00+00:00 mx exim[1]: text"), "2026-11-29T10:00:00 mx exim|text");
  // An hour later with the same clock.
  LogClock clock(kLatest);
  EXPECT_EQ(shown(clock.from_local(std::chrono::local_days(2026y / 10 / 25) + 1h)), "2026-10-24T23:00:00");
  EXPECT_EQ(shown(clock.from_local(std::chrono::local_days(2026y / 10 / 25) + 4h)), "2026-10-25T03:00:00");
}

struct BracketRow {
  const char* text;
  std::optional<std::string_view> want;
  const char* want_rest;
};

TEST(LogLine, TakesAnAddressInBrackets) {
  for (const BracketRow& row : {
           BracketRow{"<ann@example.org>, b", "ann@example.org", ", b"},
           BracketRow{"<>", "", ""},
           BracketRow{R"(<"a>b"@example.org> c)", R"("a>b"@example.org)", " c"},
           BracketRow{R"(<"a\">b"@example.org>)", R"("a\">b"@example.org)", ""},
           BracketRow{R"(<"a>b)", "\"a", "b"},
           BracketRow{"<ann@example.org", std::nullopt, "<ann@example.org"},
           BracketRow{"ann@example.org>", std::nullopt, "ann@example.org>"},
           BracketRow{"", std::nullopt, ""},
       }) {
    std::string_view rest = row.text;
    EXPECT_EQ(take_bracketed(rest), row.want) << row.text;
    EXPECT_EQ(rest, row.want_rest) << row.text;
  }
}

}  // namespace
}  // namespace backstop::mailbox
