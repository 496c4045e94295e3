#include "response/transcript.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mail/message.h"

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  std::string session;
  std::string want;  // "address: reply" for each
};

std::string read(const std::string& session, std::size_t most, bool* is_full) {
  const std::string mail = "Subject: x\n\n" + session;
  mail::Message message;
  mail::walk_header(mail, message, {});
  mail::walk_body(message, {});
  ReportText text;
  text.collect(message, 100'000);
  std::vector<Recipient> recipients;
  *is_full = read_transcript(text, most, recipients);
  std::string out;
  for (const auto& recipient : recipients) out += recipient.address + ": " + recipient.diagnostic + "\n";
  return out;
}

TEST(Transcript, NamesWhoWasRefused) {
  const Row rows[] = {
      {"nothing", "", ""},
      {"MDaemon",
       " Tue 2005-11-08 14:02:10: --> RCPT To:<a@example.net>\n"
       " Tue 2005-11-08 14:02:10: <-- 550 5.1.1 No such user\n",
       "a@example.net: 550 5.1.1 No such user\n"},
      {"Sendmail's marks", ">>> RCPT To:<a@example.net>\n<<< 550 no\n", "a@example.net: 550 no\n"},
      {"one of two",
       "--> RCPT To:<a@example.net>\n<-- 250 ok\n--> RCPT To:<b@example.net>\n<-- 552 full\n--> QUIT\n",
       "b@example.net: 552 full\n"},
      {"the mail",
       "--> RCPT To:<a@example.net>\n<-- 250 ok\n--> RCPT To:<b@example.net>\n<-- 250 ok\n"
       "--> DATA\n<-- 354 go\n<-- 554 spam\n",
       "a@example.net: 554 spam\nb@example.net: 554 spam\n"},
      {"the mail, of which one recipient was refused before",
       "--> RCPT To:<a@example.net>\n<-- 250 ok\n--> RCPT To:<b@example.net>\n<-- 550 no\n"
       "--> DATA\n<-- 554 spam\n",
       "b@example.net: 550 no\n"},
      {"another command", "--> MAIL From:<a@example.net>\n<-- 550 no\n", ""},
      {"the greeting", "<-- 554 no\n--> RCPT To:<a@example.net>\n", ""},
      {"the same twice", "--> RCPT To:<a@example.net>\n<-- 450 no\n--> RCPT To:<A@example.net>\n<-- 450 no\n",
       "a@example.net: 450 no\n"},
      {"a command that the server quotes", "<-- 550 x --> RCPT To:<a@example.net>\n<-- 550 no\n", ""},
      {"no mark", "RCPT To:<a@example.net>\n550 no\n", ""},
      {"far behind in the line", std::string(70, 'x') + " --> RCPT To:<a@example.net>\n<-- 550 no\n", ""},
      {"no address", "--> RCPT To:<>\n<-- 550 no\n", ""},
  };
  for (const Row& row : rows) {
    bool is_full = true;
    EXPECT_EQ(read(row.session, 10, &is_full), row.want) << row.name;
    EXPECT_FALSE(is_full) << row.name;
  }
}

TEST(Transcript, HasNoMoreThanAsked) {
  std::string session;
  for (int i = 0; i < 3; ++i) session += "--> RCPT To:<a" + std::to_string(i) + "@example.net>\n<-- 550 no\n";
  bool is_full = true;
  EXPECT_EQ(read(session, 3, &is_full).size(), 3 * std::string_view("a0@example.net: 550 no\n").size());
  EXPECT_FALSE(is_full);
  EXPECT_EQ(read(session, 2, &is_full).size(), 2 * std::string_view("a0@example.net: 550 no\n").size());
  EXPECT_TRUE(is_full);
}

TEST(FurtherReplyLines, FollowAServersGreeting) {
  struct FurtherRow {
    const char* name;
    std::string session;
    std::string_view diagnostic;
    std::string_view want;
  };
  constexpr std::string_view kGreeting = "554-mx.example.net ESMTP Service not available";
  const std::string first = "<<< " + std::string(kGreeting) + "\n";
  const FurtherRow rows[] = {
      {"all lines", first + "<<< 554-No service\n<<< 554 Bad DNS\n<<< 554 more\n", kGreeting,
       "No service Bad DNS"},
      {"other marks", "<-- " + std::string(kGreeting) + "\n<-- 554 Bad DNS\n", kGreeting, "Bad DNS"},
      {"another code", first + "<<< 550 Bad DNS\n", kGreeting, ""},
      {"no mark", first + "554 5.0.0 Service unavailable\n", kGreeting, ""},
      {"another session", "<<< 554-mx.example.org ESMTP\n<<< 554 Bad DNS\n", kGreeting, ""},
      {"a name alone", "<<< 554-mx.example.net\n<<< 554 Bad DNS\n", "554-mx.example.net", "Bad DNS"},
      {"a single line", first + "<<< 554 Bad DNS\n", "554 mx.example.net ESMTP Service not available", ""},
      {"no greeting", "<<< 550-5.1.1 No such user.\n<<< 550 See the manual\n", "550-5.1.1 No such user.", ""},
      {"nothing", "", "", ""},
  };
  for (const auto& row : rows) {
    const std::string mail = "Subject: x\n\n" + row.session;
    mail::Message message;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 100'000);
    EXPECT_EQ(further_reply_lines(text, row.diagnostic), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
