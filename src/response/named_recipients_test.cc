// Which recipients a bounce names that was written so that somebody else is struck from a list: by two
// sources that disagree, or by an address that looks like another one.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

using namespace std::string_literals;

constexpr std::string_view kHeader =
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: ann@example.org\n"
    "Subject: Undelivered Mail Returned to Sender\n";
constexpr std::string_view kWords =
    "I'm sorry to have to inform you that your message could not\nbe delivered to one or more "
    "recipients.\n\n";
constexpr std::string_view kFields = "\nAction: failed\nStatus: 5.1.1\n";
constexpr std::string_view kReturned =
    "From: ann@example.org\nTo: bob@example.com\nSubject: Hello\nMessage-ID: <1@example.org>\n";

std::string text(std::string_view words, std::string_view fields = "") {
  return std::string(kHeader).append(fields).append("\n").append(kWords).append(words);
}

// The text names bob@example.com.
std::string report(std::string_view recipient, std::string_view more = "") {
  return std::string(kHeader)
      .append(
          "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n")
      .append("--b\nContent-Type: text/plain; charset=utf-8\n\n")
      .append(kWords)
      .append("<bob@example.com>: host mx.example.com said: 550 5.1.1 no\n\n--b\n")
      .append("Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n")
      .append(recipient)
      .append(kFields)
      .append(more)
      .append("--b--\n");
}

std::string final_recipient(std::string_view address) {
  return report("Final-Recipient: rfc822; " + std::string(address));
}

struct Row {
  const char* name;
  std::string mail;
  std::string_view want;  ///< the address of each recipient; "-" for one without
};

std::string names_of(const Response& response) {
  std::string names;
  for (const auto& recipient : response.recipients) {
    if (!names.empty()) names += ' ';
    names += recipient.address.empty() ? "-" : recipient.address;
  }
  return names;
}

TEST(NamedRecipients, OfAReport) {
  const std::string second =
      "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
      "Final-Recipient: rfc822; cat@example.org\nAction: failed\nStatus: 5.1.1\n\n";
  const std::string mail = "\n--b\nContent-Type: message/rfc822\n\n" + std::string(kReturned) + "\nhi\n";
  const std::string header = "\n--b\nContent-Type: text/rfc822-headers\n\n" + std::string(kReturned);
  const Row rows[] = {
      {"plain", final_recipient("bob@example.com"), "bob@example.com"},
      {"NUL", final_recipient("cat@example.org\0.example.com"s), "-"},
      {"escape sequences", final_recipient("\x1B[8mcat\x1B[0m@example.org"), "-"},
      {"zero-width space", final_recipient("ca\u200Bt@example.org"), "-"},
      {"a blank pattern of Braille", final_recipient("cat@example.org\u2800"), "-"},
      {"right-to-left override", final_recipient("\u202Etac\u202C@example.org"), "-"},
      {"a soft hyphen as xtext", report("Final-Recipient: utf-8; ca\\x{AD}t@example.org"), "-"},
      {"two recipients of one group",
       report("Final-Recipient: rfc822; bob@example.com\nFinal-Recipient: rfc822; cat@example.org"), "-"},
      {"two in one field", final_recipient("bob@example.com, cat@example.org"), "-"},
      {"an address in the local part", final_recipient("bob <cat@example.org>@example.com"), "-"},
      {"source route (RFC 5321 C)", final_recipient("@relay.example.com:bob@example.com"), "bob@example.com"},
      {"a second report", report("Final-Recipient: rfc822; bob@example.com", "\n" + second),
       "bob@example.com cat@example.org"},
      {"a second report behind the returned mail",
       report("Final-Recipient: rfc822; bob@example.com", mail + second), "bob@example.com"},
      {"a second report behind the returned header",
       report("Final-Recipient: rfc822; bob@example.com", header + second), "bob@example.com"},
  };
  Reader reader;
  for (const auto& row : rows) {
    const auto found = reader.read(row.mail);
    EXPECT_EQ(found.kind, Kind::DsnFailed) << row.name;
    EXPECT_EQ(certainty(found), Certainty::Structural) << row.name;
    EXPECT_EQ(names_of(found), row.want) << row.name;
  }
}

// Some reports quote the reply in a line of its own, apart from the recipient.
TEST(NamedRecipients, NoneOfAReplysWords) {
  const std::string failed = "Unable to deliver message to: <bob@example.com>\n\n";
  const Row rows[] = {
      {"right behind the code", text("550 5.1.1 <bob@example.com>: user unknown\n"), "bob@example.com"},
      {"right behind the code, and another", text("550 <bob@example.com> is <cat@example.org> now\n"),
       "bob@example.com"},
      {"moved", text(failed + "Server said: 551 5.1.6 User has moved to cat@example.org\n"),
       "bob@example.com"},
      {"a contact", text(failed + "ErrMsg=550-5.7.1 Blocked\n550 5.7.1 write to <cat@example.org>\n"),
       "bob@example.com"},
      {"nobody else", text("Server said: 550 5.1.1 user unknown: cat@example.org\n"), ""},
      {"a command within the reply", text("<-- 550 5.7.1 --> RCPT TO:<cat@example.org>\n"), ""},
  };
  Reader reader;
  for (const auto& row : rows) {
    const auto found = reader.read(row.mail);
    EXPECT_EQ(found.kind, Kind::DsnFailed) << row.name;
    EXPECT_EQ(names_of(found), row.want) << row.name;
  }
}

TEST(NamedRecipients, OfAText) {
  const std::string bob = "<bob@example.com>: host mx.example.com said: 552 5.2.2 full\n";
  const Row rows[] = {
      {"plain", text(bob), "bob@example.com"},
      {"escape sequences", text("<\x1B[8mcat\x1B[0m@example.org>: host x said: 550 5.1.1 no\n"), ""},
      {"zero-width joiner", text("<ca\u200Dt@example.org>: host x said: 550 5.1.1 no\n"), ""},
      {"a zero-width space breaks lines", text("<bob@exam\u200Bple.com>: host x said: 550 5.1.1 no\n"),
       "bob@example.com"},
      {"NUL", text("<bob\0cat@example.org>: host x said: 550 5.1.1 no\n"s), ""},
      {"both say the same", text(bob, "X-Failed-Recipients: bob@example.com\n"), "bob@example.com"},
      {"the header names another", text(bob, "X-Failed-Recipients: cat@example.org\n"), "-"},
      {"the header names another, too", text(bob, "X-Failed-Recipients: bob@example.com, cat@example.org\n"),
       "bob@example.com"},
      {"a reply in a transcript",
       text("--> RCPT TO:<bob@example.com>\n<-- 550 5.7.1 --> RCPT TO:<cat@example.org>\n"),
       "bob@example.com"},
      {"a line in a reply", text("RCPT TO:<bob@example.com>\v<-- 550 5.7.1 x\vcat@example.org\v550 no\n"),
       "bob@example.com"},
      {"a reply that goes on", text("Out: 550 5.1.6 It moved to\n     cat@example.org\n"), ""},
      {"a reply beside the returned mail",
       text("  550 5.1.1 cat@example.org: user unknown\n\n--- Your message ---\n" + std::string(kReturned)),
       "bob@example.com"},
      {"a reply about the returned mail's recipient",
       text("  550 5.1.1 No: bob@example.com\n\n--- Your message ---\n" + std::string(kReturned)),
       "bob@example.com"},
      {"Sendmail's line about a subscriber",
       text("550 <cat@example.org>... User unknown\n\n--- Your message ---\n" + std::string(kReturned)),
       "cat@example.org"},
      {"a quoted error without a code",
       text("The following error was given:\n\n  A program: cat@example.org user unknown\n\n--- Your message "
            "---\n" +
            std::string(kReturned)),
       "bob@example.com"},
      {"a reply alone", text("550 5.1.1 <bob@example.com>: user unknown\n"), "bob@example.com"},
      {"the header names one whom the text only mentions",
       text(bob + "\nIt was sent on to\ncat@example.org by it.\n", "X-Failed-Recipients: cat@example.org\n"),
       "cat@example.org"},
      {"the text names nobody", text("Sorry.\n", "X-Failed-Recipients: bob@example.com\n"),
       "bob@example.com"},
      {"hidden characters in the header", text("Sorry.\n", "X-Failed-Recipients: ca\u200Bt@example.org\n"),
       "-"},
  };
  Reader reader;
  for (const auto& row : rows) {
    const auto found = reader.read(row.mail);
    EXPECT_EQ(found.kind, Kind::DsnFailed) << row.name;
    EXPECT_EQ(names_of(found), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
