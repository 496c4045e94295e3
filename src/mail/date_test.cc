#include "mail/date.h"

#include <fmt/chrono.h>
#include <gtest/gtest.h>

namespace backstop::mail {
namespace {

struct DateRow {
  const char* name;
  std::string text;
  const char* want;
};

const DateRow kDates[] = {
    {"plain", "Mon, 23 Nov 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"no day name", "23 Nov 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"no seconds", "Mon, 23 Nov 2026 17:46 +0000", "2026-11-23T17:46:00Z"},
    {"one digit of day", "Sun, 1 Nov 2026 00:00:00 +0000", "2026-11-01T00:00:00Z"},
    {"one digit of hour", "Sun, 1 Nov 2026 9:05:07 +0000", "2026-11-01T09:05:07Z"},
    {"leap day", "29 Feb 2024 00:00:00 +0000", "2024-02-29T00:00:00Z"},
    {"east", "23 Nov 2026 17:46:17 +0900", "2026-11-23T08:46:17Z"},
    {"west, over midnight", "31 Dec 2026 23:30:00 -0330", "2027-01-01T03:00:00Z"},
    {"unknown local zone", "23 Nov 2026 17:46:17 -0000", "2026-11-23T17:46:17Z"},
    {"widest zone", "23 Nov 2026 17:46:17 +9959", "2026-11-19T13:47:17Z"},
    {"lower case", "mon, 23 nov 2026 17:46:17 gmt", "2026-11-23T17:46:17Z"},
    {"zone in a comment", "Mon, 23 Nov 2026 17:46:17 +0900 (JST)", "2026-11-23T08:46:17Z"},
    {"comment never closed", "Mon, 23 Nov 2026 17:46:17 +0900 (JST", "2026-11-23T08:46:17Z"},
    {"leap second", "31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z"},
    {"leap second elsewhere", "1 Jan 2017 05:44:60 +0545", "2017-01-01T00:00:00Z"},
    {"wrong day name", "Fri, 23 Nov 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"the epoch", "1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z"},
    {"first year", "1 Jan 1900 00:00:00 +0000", "1900-01-01T00:00:00Z"},
    {"last year", "31 Dec 9999 23:59:59 +0000", "9999-12-31T23:59:59Z"},
    {"RFC 5322 A.1.1", "Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"},
    {"RFC 5322 A.1.2", "Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T08:52:37Z"},
    {"RFC 5322 A.1.3", "Thu, 13 Feb 1969 23:32:54 -0330", "1969-02-14T03:02:54Z"},
    {"RFC 5322 A.5",
     "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland "
     "Time)",
     "1969-02-14T03:02:00Z"},
    {"RFC 5322 A.6.2", "21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"},
    {"RFC 5322 A.6.3", "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z"},
    {"comments everywhere", "(a)Fri(b),(c(d)\\))21(e)Nov(f)1997(g)09(h):(i)55(j):(k)06(l)-0600(m)",
     "1997-11-21T15:55:06Z"},
    {"two digits, 00", "1 Jan 00 00:00:00 GMT", "2000-01-01T00:00:00Z"},
    {"two digits, 49", "1 Jan 49 00:00:00 GMT", "2049-01-01T00:00:00Z"},
    {"two digits, 50", "1 Jan 50 00:00:00 GMT", "1950-01-01T00:00:00Z"},
    {"three digits", "1 Jan 103 00:00:00 GMT", "2003-01-01T00:00:00Z"},
    {"UT", "23 Nov 2026 12:00:00 UT", "2026-11-23T12:00:00Z"},
    {"UTC", "23 Nov 2026 12:00:00 UTC", "2026-11-23T12:00:00Z"},
    {"Z", "23 Nov 2026 12:00:00 Z", "2026-11-23T12:00:00Z"},
    {"EST", "23 Nov 2026 12:00:00 EST", "2026-11-23T17:00:00Z"},
    {"EDT", "23 Nov 2026 12:00:00 EDT", "2026-11-23T16:00:00Z"},
    {"CST", "23 Nov 2026 12:00:00 CST", "2026-11-23T18:00:00Z"},
    {"CDT", "23 Nov 2026 12:00:00 CDT", "2026-11-23T17:00:00Z"},
    {"MST", "23 Nov 2026 12:00:00 MST", "2026-11-23T19:00:00Z"},
    {"MDT", "23 Nov 2026 12:00:00 MDT", "2026-11-23T18:00:00Z"},
    {"PST", "23 Nov 2026 12:00:00 PST", "2026-11-23T20:00:00Z"},
    {"PDT", "23 Nov 2026 12:00:00 PDT", "2026-11-23T19:00:00Z"},
    {"military", "23 Nov 2026 12:00:00 A", "2026-11-23T12:00:00Z"},
    {"military, lower case", "23 Nov 2026 12:00:00 y", "2026-11-23T12:00:00Z"},
    {"zone of no standard", "23 Nov 2026 12:00:00 CEST", "2026-11-23T12:00:00Z"},
    {"no zone", "23 Nov 2026 12:00:00", "2026-11-23T12:00:00Z"},
    {"GMT and an offset", "23 Nov 2026 12:00:00 GMT+0100", "2026-11-23T11:00:00Z"},
    {"offset and a name", "23 Nov 2026 12:00:00 -0500 EST", "2026-11-23T17:00:00Z"},
    {"quoted zone, as some write", "23 Nov 2026 12:00:00 \"GMT\"", "2026-11-23T12:00:00Z"},
    {"asctime", "Mon Nov 23 17:46:17 2026", "2026-11-23T17:46:17Z"},
    {"asctime, one digit", "Sun Nov  1 17:46:17 2026", "2026-11-01T17:46:17Z"},
    {"asctime with a zone", "Mon Nov 23 17:46:17 PST 2026", "2026-11-24T01:46:17Z"},
    {"asctime with an offset", "Mon Nov 23 17:46:17 +0900 2026", "2026-11-23T08:46:17Z"},
    {"asctime, offset last", "Mon Nov 23 17:46:17 2026 +0900", "2026-11-23T08:46:17Z"},
    {"asctime without a day name", "Nov 23 17:46:17 2026", "2026-11-23T17:46:17Z"},
    {"American", "November 23, 2026 5:46:17 PM", "2026-11-23T17:46:17Z"},
    {"American without a comma", "Nov 23 2026 17:46:17 EST", "2026-11-23T22:46:17Z"},
    {"noon", "23 Nov 2026 12:00:00 PM +0000", "2026-11-23T12:00:00Z"},
    {"midnight", "23 Nov 2026 12:00:00 am +0000", "2026-11-23T00:00:00Z"},
    {"hyphens", "23-Nov-2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"names written out", "Monday, 23 September 2024 17:46:17 +0000", "2024-09-23T17:46:17Z"},
    {"day name without a comma", "Mon 23 Nov 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"day name with a dot", "Mon. 23 Nov. 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"day name of another language", "Mo, 23 Nov 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"day name beyond ASCII",
     "s\xC3\xA1"
     "b, 23 Nov 2026 17:46:17 +0000",
     "2026-11-23T17:46:17Z"},
    {"no day name, but its comma", ", 23 Nov 2026 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"comma after the year", "Mon, 23 Nov 2026, 17:46:17 +0000", "2026-11-23T17:46:17Z"},
    {"ISO 8601", "2026-11-23T17:46:17Z", "2026-11-23T17:46:17Z"},
    {"ISO 8601 with an offset", "2026-11-23T17:46:17+09:00", "2026-11-23T08:46:17Z"},
    {"ISO 8601 with a short offset", "2026-11-23T17:46:17.123-05", "2026-11-23T22:46:17Z"},
    {"ISO 8601 with a space", "2026-11-23 17:46:17 +0900", "2026-11-23T08:46:17Z"},
    {"slashes", "2026/11/23 17:46", "2026-11-23T17:46:00Z"},
    {"256 bytes", std::string(229, ' ') + "23 Nov 2026 17:46:17 +0000x", "2026-11-23T17:46:17Z"},
    {"zone cut off by the cap", std::string(236, ' ') + "23 Nov 2026 17:46:17 +0900", "2026-11-23T17:46:17Z"},
};

TEST(Date, Reads) {
  for (const auto& row : kDates) {
    const auto time = parse_date(row.text);
    ASSERT_TRUE(time) << row.name;
    EXPECT_EQ(fmt::format("{:%FT%TZ}", fmt::gmtime(time->time_since_epoch().count())), row.want) << row.name;
    EXPECT_EQ(parse_date(row.want), time) << row.name;
  }
}

struct BadRow {
  const char* name;
  std::string text;
};

const BadRow kBad[] = {
    {"empty", ""},
    {"white space", " \r\n\t"},
    {"only a comment", "(23 Nov 2026 17:46:17 +0000)"},
    {"words", "some time ago"},
    {"only a day name", "Monday"},
    {"no time", "23 Nov 2026"},
    {"no year", "23 Nov 17:46:17"},
    {"half a time", "23 Nov 2026 17"},
    {"time ends with a colon", "23 Nov 2026 17:46: +0000"},
    {"day 0", "0 Nov 2026 17:46:17 +0000"},
    {"day 31 of November", "31 Nov 2026 17:46:17 +0000"},
    {"29 February", "29 Feb 2026 17:46:17 +0000"},
    {"29 February 1900", "29 Feb 1900 17:46:17 +0000"},
    {"day of three digits", "023 Nov 2026 17:46:17 +0000"},
    {"no month", "23 Foo 2026 17:46:17 +0000"},
    {"month of two letters", "23 No 2026 17:46:17 +0000"},
    {"month and more", "23 Novem-ber 2026 17:46:17 +0000"},
    {"month 13", "2026-13-01T00:00:00Z"},
    {"month 0", "2026-00-01T00:00:00Z"},
    {"hour 24", "23 Nov 2026 24:00:00 +0000"},
    {"minute 60", "23 Nov 2026 17:60:00 +0000"},
    {"minute of one digit", "23 Nov 2026 17:4:00 +0000"},
    {"second 61", "23 Nov 2026 17:46:61 +0000"},
    {"year of one digit", "23 Nov 6 17:46:17 +0000"},
    {"year 1899", "31 Dec 1899 23:59:59 +0000"},
    {"year 0000", "1 Jan 0000 00:00:00 +0000"},
    {"year of five digits", "23 Nov 12026 17:46:17 +0000"},
    {"minute 60 in the zone", "23 Nov 2026 17:46:17 +0960"},
    {"zone of three digits", "23 Nov 2026 17:46:17 +090"},
    {"zone of five digits", "23 Nov 2026 17:46:17 +09000"},
    {"zone of a sign", "23 Nov 2026 17:46:17 +"},
    {"13 PM", "23 Nov 2026 13:00:00 PM"},
    {"0 AM", "23 Nov 2026 0:00:00 AM"},
    {"negative day", "-3 Nov 2026 17:46:17 +0000"},
    {"number without end", std::string(256, '9')},
    {"past 256 bytes", std::string(240, ' ') + "23 Nov 2026 17:46:17 +0000"},
    {"NUL", std::string("23 Nov\0 2026 17:46:17 +0000", 27)},
};

TEST(Date, Writes) {
  const std::chrono::system_clock::time_point time =
      std::chrono::sys_seconds(std::chrono::seconds(1'790'000'001));
  EXPECT_EQ(date_text(time), "Mon, 21 Sep 2026 14:13:21 +0000");
  EXPECT_EQ(date_text(time + std::chrono::milliseconds(1000)), "Mon, 21 Sep 2026 14:13:22 +0000");
  EXPECT_EQ(parse_date(date_text(time)), time);
}

TEST(Date, Refuses) {
  for (const auto& row : kBad) EXPECT_FALSE(parse_date(row.text)) << row.name;
}

}  // namespace
}  // namespace backstop::mail
