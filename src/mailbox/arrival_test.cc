#include "mailbox/arrival.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::mailbox {
namespace {

struct ArrivalRow {
  const char* name;
  std::string_view header;
  std::string want_day;
  std::string want_recipients;
};

std::string text(std::optional<std::chrono::sys_days> day) {
  return day ? std::to_string(day->time_since_epoch().count()) : "none";
}

TEST(Arrival, DayAndRecipients) {
  // 20454 is 2026-01-01.
  const ArrivalRow rows[] = {
      {"topmost Received before Date",
       "Received: from a by b; Thu, 1 Jan 2026 10:00:00 +0000\nReceived: from c by a; Fri, 2 Jan 2026 "
       "10:00:00 +0000\n"
       "Date: Sat, 3 Jan 2026 10:00:00 +0000\n\n",
       "20454", ""},
      {"Date alone", "Date: Thu, 1 Jan 2026 23:30:00 -0100\n\n", "20455", ""},
      {"Received without a date", "Received: from a by b\nDate: Thu, 1 Jan 2026 10:00:00 +0000\n\n", "20454",
       ""},
      {"no day that can be", "Date: Thu, 1 Jan 1970 10:00:00 +0000\n\n", "none", ""},
      {"rubbish", "Date: soon\n\n", "none", ""},
      {"To", "To: Ann <ann@example.org>, bob@example.org\n\n", "none", "ann@example.org bob@example.org "},
      {"envelope before To",
       "To: x@example.net\nDelivered-To: box@example.org\nX-Original-To: ann@example.org\n\n", "none",
       "ann@example.org box@example.org "},
  };
  for (const auto& row : rows) {
    mail::Message message;
    mail::walk_header(row.header, message);
    EXPECT_EQ(text(day_of_arrival(message)), row.want_day) << row.name;
    std::string recipients;
    for (const auto& address : arrival_recipients(message)) recipients += address.text() + ' ';
    EXPECT_EQ(recipients, row.want_recipients) << row.name;
  }
}

}  // namespace
}  // namespace backstop::mailbox
