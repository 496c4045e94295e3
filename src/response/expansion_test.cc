#include "response/expansion.h"

#include <gtest/gtest.h>

#include <string>

#include "response/reader.h"

namespace backstop::response {
namespace {

// Returns "address<original " for each recipient.
std::string expansions_of(std::string_view text) {
  std::string mail =
      "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\nTo: ann@example.org\n"
      "Subject: Undelivered Mail Returned to Sender\n\n";
  std::string all;
  for (const auto& recipient : Reader().read(mail.append(text)).recipients)
    all.append(recipient.address).append("<").append(recipient.original_address).append(" ");
  return all;
}

struct Row {
  const char* name;
  std::string text;
  std::string_view want;
};

TEST(Expansions, AreReadInTheWordsOfEachProduct) {
  const std::string postfix = "This is the mail system at host mx.example.org.\n\n";
  const std::string exim =
      "This message was created automatically by mail delivery software.\n\n"
      "The following address(es) failed:\n\n";
  const std::string sendmail = "   ----- The following addresses had permanent fatal errors -----\n";
  const Row rows[] = {
      {"none", postfix + "<bob@example.net>: user unknown\n", "bob@example.net< "},
      {"Postfix", postfix + "<bob@example.net> (expanded from <team@example.org>): user unknown\n",
       "bob@example.net<team@example.org "},
      {"Postfix, folded",
       postfix + "<bob@example.net> (expanded from\n    <team@example.org>): user unknown\n",
       "bob@example.net<team@example.org "},
      {"Postfix, two",
       postfix + "<bob@example.net> (expanded from <team@example.org>): user unknown\n\n"
                 "<eve@example.net> (expanded from <all@example.org>): user unknown\n\n"
                 "<max@example.net>: user unknown\n",
       "bob@example.net<team@example.org eve@example.net<all@example.org max@example.net< "},
      {"Exim", exim + "  bob@example.net\n    (generated from team@example.org)\n    user unknown\n",
       "bob@example.net<team@example.org "},
      {"Exim, hidden", exim + "  an undisclosed address\n    (generated from team@example.org)\n",
       "team@example.org< "},
      {"Exim, over several",
       exim + "  bob@example.net\n    (ultimately generated from team@example.org)\n    no\n",
       "bob@example.net<team@example.org "},
      {"Sendmail",
       sendmail + "<bob@example.net>\n    (reason: 550 5.1.1 <bob@example.net>... User unknown)\n"
                  "    (expanded from: <team@example.org>)\n",
       "bob@example.net<team@example.org "},
      {"Sendmail, without brackets",
       sendmail + "bob@example.net\n    (reason: 550 no)\n    (expanded from: team@example.org)\n",
       "bob@example.net<team@example.org "},
      {"an alias without a domain", sendmail + "<bob@example.net>\n    (expanded from: team)\n",
       "bob@example.net< "},
      {"itself", postfix + "<bob@example.net> (expanded from <bob@example.net>): user unknown\n",
       "bob@example.net< "},
      {"other words before an address",
       postfix + "<bob@example.net>: it was expanded from a list, ask team@example.org\n",
       "bob@example.net< "},
  };
  for (const auto& row : rows) EXPECT_EQ(expansions_of(row.text), row.want) << row.name;
}

TEST(Expansions, AFieldOutweighsTheText) {
  const auto response = Reader().read(
      "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: ann@example.org\nSubject: Undelivered Mail\n"
      "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n"
      "<bob@example.net> (expanded from <team@example.org>): no\n\n"
      "<eve@example.net> (expanded from <team@example.org>): no\n\n"
      "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
      "Final-Recipient: rfc822; bob@example.net\nOriginal-Recipient: rfc822; list@example.org\nAction: "
      "failed\n"
      "Status: 5.1.1\n\nFinal-Recipient: rfc822; eve@example.net\nAction: failed\nStatus: 5.1.1\n\n--b--\n");
  ASSERT_EQ(response.recipients.size(), 2);
  EXPECT_EQ(response.recipients[0].original_address, "list@example.org");
  EXPECT_EQ(response.recipients[1].original_address, "team@example.org");
}

}  // namespace
}  // namespace backstop::response
