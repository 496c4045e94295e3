#include "response/bounce_type.h"

#include <gtest/gtest.h>

#include <string>

#include "response/reader.h"

namespace backstop::response {
namespace {

struct TypeRow {
  const char* name;
  Action action = Action::Failed;
  std::string status;
  std::string reply_code;
  Reason reason = Reason::Unknown;
  BounceType want = BounceType::None;
};

TEST(BounceType, IsHardOnlyIfNoMailWillReachTheAddress) {
  const TypeRow rows[] = {
      {"nothing is known", Action::Failed, "", "", Reason::Unknown, BounceType::None},
      {"no such mailbox", Action::Failed, "5.1.1", "550", Reason::UserUnknown, BounceType::Hard},
      {"no such mailbox, by words alone", Action::Failed, "", "", Reason::UserUnknown, BounceType::Hard},
      {"closed", Action::Failed, "5.2.1", "550", Reason::MailboxDisabled, BounceType::Hard},
      {"no such domain", Action::Failed, "5.4.4", "", Reason::DomainUnknown, BounceType::Hard},
      {"takes no mail", Action::Failed, "5.1.10", "556", Reason::NotAcceptingMail, BounceType::Hard},
      {"permanent, without a reason", Action::Failed, "5.0.0", "", Reason::Unknown, BounceType::Hard},
      {"permanent by the reply alone", Action::Failed, "", "550", Reason::Unknown, BounceType::Hard},
      {"full", Action::Failed, "5.2.2", "552", Reason::MailboxFull, BounceType::Soft},
      {"spam", Action::Failed, "5.7.1", "550", Reason::Spam, BounceType::Soft},
      {"policy", Action::Failed, "5.7.1", "550", Reason::Policy, BounceType::Soft},
      {"the sender", Action::Failed, "5.1.8", "553", Reason::SenderReputation, BounceType::Soft},
      {"too large", Action::Failed, "5.3.4", "552", Reason::TooLarge, BounceType::Soft},
      {"gave up", Action::Failed, "4.4.7", "", Reason::Expired, BounceType::Soft},
      {"gave up, with a permanent status", Action::Failed, "5.4.7", "", Reason::Expired, BounceType::Soft},
      {"temporary, without a reason", Action::Failed, "4.0.0", "", Reason::Unknown, BounceType::Soft},
      {"temporarily unknown", Action::Failed, "4.1.1", "450", Reason::UserUnknown, BounceType::Soft},
      {"a temporary reply under a permanent status", Action::Failed, "5.0.0", "450", Reason::UserUnknown,
       BounceType::Soft},
      {"a delay", Action::Delayed, "", "", Reason::Unknown, BounceType::Soft},
      {"a delay of an unknown mailbox", Action::Delayed, "5.1.1", "550", Reason::UserUnknown,
       BounceType::Soft},
      {"an action that nobody knows", Action::None, "5.1.1", "", Reason::UserUnknown, BounceType::Hard},
      {"delivered", Action::Delivered, "2.0.0", "250", Reason::Unknown, BounceType::None},
      {"relayed", Action::Relayed, "2.0.0", "", Reason::Unknown, BounceType::None},
      {"expanded", Action::Expanded, "5.1.1", "", Reason::UserUnknown, BounceType::None},
  };
  for (const auto& row : rows) {
    Recipient recipient;
    recipient.action = row.action;
    recipient.status = row.status;
    recipient.reply_code = row.reply_code;
    recipient.reason = row.reason;
    EXPECT_EQ(name(bounce_type(recipient)), name(row.want)) << row.name;
  }
}

struct CodeRow {
  const char* name;
  Action action = Action::Failed;
  std::string diagnostic;
  int refusal = 0;
  std::string want;
};

TEST(ReplyCode, OfARefusalOrADelivery) {
  const CodeRow rows[] = {
      {"none", Action::Failed, "", 0, ""},
      {"refused", Action::Failed, "550 no", 550, "550"},
      {"delayed", Action::Delayed, "421 later", 421, "421"},
      {"a failure has no success", Action::Failed, "250 ok", 0, ""},
      {"delivered", Action::Delivered, "250 2.0.0 ok", 0, "250"},
      {"relayed", Action::Relayed, "250-ok", 0, "250"},
      {"the code alone", Action::Delivered, "250", 0, "250"},
      {"a delivery without a code", Action::Delivered, "delivered to mailbox", 0, ""},
      {"a delivery has no refusal", Action::Delivered, "ok, not 550", 550, ""},
      {"a longer number", Action::Delivered, "2500 mails", 0, ""},
  };
  for (const auto& row : rows) {
    Recipient recipient;
    recipient.action = row.action;
    recipient.diagnostic = row.diagnostic;
    EXPECT_EQ(reply_code(recipient, row.refusal), row.want) << row.name;
  }
}

struct MailRow {
  const char* name;
  std::string report;
  std::string text;
  std::string want_code;
  std::string want_type;
};

TEST(ReplyCode, IsReadFromEachForm) {
  const std::string group = "Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1\n";
  const MailRow rows[] = {
      {"a field", group + "Diagnostic-Code: smtp; 550 5.1.1 no such user\n", "", "550", "hard"},
      {"a field in lines",
       group + "Diagnostic-Code: smtp; 552-5.2.2 mailbox full\n 552 5.2.2 see example.net\n", "", "552",
       "soft"},
      {"the text, if the field has none", group + "Diagnostic-Code: smtp; user unknown\n",
       "<bob@example.net>: host mx.example.net said: 553 user unknown", "553", "hard"},
      {"nowhere", group + "Diagnostic-Code: X-Postfix; unknown user: \"bob\"\n", "", "", "hard"},
      {"qmail", "",
       "Hi. This is the qmail-send program at mx.example.org.\n\n<bob@example.net>:\n192.0.2.1 does not like "
       "recipient.\nRemote host said: 550 no such user\nGiving up on 192.0.2.1.\n",
       "550", "hard"},
      {"Exim", "",
       "This message was created automatically by mail delivery software.\n\nThe following address(es) "
       "failed:\n\n  bob@example.net\n    host mx.example.net [192.0.2.1]\n    SMTP error from remote mail "
       "server after RCPT TO:<bob@example.net>:\n    550 no such user\n",
       "550", "hard"},
      {"Exchange", "",
       "Delivery has failed to these recipients or groups:\n\nbob@example.net\n\nDiagnostic information for "
       "administrators:\n\nGenerating server: mx.example.org\n\nbob@example.net\nRemote Server returned '550 "
       "5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n",
       "550", "hard"},
  };
  for (const auto& row : rows) {
    const std::string type =
        row.report.empty()
            ? "\n"
            : "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n";
    const std::string fields = row.report.empty()
                                   ? ""
                                   : "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; "
                                     "mx.example.org\n\n" +
                                         row.report + "\n--b--\n";
    const auto response = Reader().read(
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\nTo: ann@example.org\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n" +
        type + row.text + "\n" + fields);
    ASSERT_EQ(response.recipients.size(), 1) << row.name;
    EXPECT_EQ(response.recipients[0].reply_code, row.want_code) << row.name;
    EXPECT_EQ(name(response.recipients[0].bounce_type), row.want_type) << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
