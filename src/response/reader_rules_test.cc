// The rules of the reader itself: which bytes are the mail, which host reports, and how a recipient's status
// and reason are completed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

const Envelope kNull{.reverse_path = "", .recipient = ""};

constexpr std::string_view kReport =
    "From: MAILER-DAEMON@inner.example.net\nSubject: Undeliverable\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=i\n\n--i\n\nIt failed.\n\n--i\n"
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; inner.example.net\n\n"
    "Final-Recipient: rfc822; carl@example.com\nAction: failed\nStatus: 5.1.1\n\n--i--\n";

std::string wrapped(std::string_view header, std::string_view inner = kReport, std::string_view more = "") {
  std::string mail(header);
  mail.append("Content-Type: multipart/mixed; boundary=o\n\n--o\n\nSee below.\n\n").append(more);
  return mail.append("--o\nContent-Type: message/rfc822\n\n").append(inner).append("\n--o--\n");
}

struct WrapRow {
  const char* name;
  std::string mail;
  bool want;
  std::string_view reverse_path = "";
};

// A gateway wraps a whole report; a mail in which a person forwards one is still theirs.
TEST(ReaderRules, ReadsAWrappedReport) {
  const std::string daemon = "From: Mail Router <a@example.net>\n";
  const std::string failure = "Subject: Undeliverable\n";
  const std::string other(
      "Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: message/delivery-status\n\n"
      "Final-Recipient: rfc822; carl@example.com\nStatus: 5.1.1\n\n--i--\n");
  const std::string receipt(
      "Content-Type: multipart/report; report-type=disposition-notification; "
      "boundary=i\n\n--i\nContent-Type: "
      "message/delivery-status\n\nFinal-Recipient: rfc822; carl@example.com\nStatus: 5.1.1\n\n--i--\n");
  const WrapRow rows[] = {
      {"a daemon", wrapped(daemon + failure), true},
      {"a daemon's address", wrapped("From: post_master@example.net\n" + failure), true},
      {"a postmaster", wrapped("From: Postmaster <a@example.net>\n" + failure), true},
      {"a postmaster, ordinary sender", wrapped("From: Postmaster <a@example.net>\n" + failure), false,
       "a@example.net"},
      {"a daemon, ordinary sender", wrapped(daemon + failure), true, "a@example.net"},
      {"a person", wrapped("From: Jo <jo@example.net>\n" + failure), false},
      {"a reply", wrapped(daemon + "Subject: Re: Undeliverable\n"), false},
      {"another subject", wrapped(daemon + "Subject: Plans\n"), false},
      {"a mail program", wrapped(daemon + failure + "X-Mailer: Mutt\n"), false},
      {"a journal", wrapped(daemon + failure + "X-MS-Journal-Report:\n"), false},
      {"a mail that is no report", wrapped(daemon + failure, other), false},
      {"a report of another type", wrapped(daemon + failure, receipt), false},
      {"the second mail",
       wrapped(daemon + failure, kReport, "--o\nContent-Type: message/rfc822\n\nSubject: x\n\n"), false},
      {"behind another part", wrapped(daemon + failure, kReport, "--o\nContent-Type: application/pdf\n\nx\n"),
       true},
  };
  Reader reader;
  for (const WrapRow& row : rows) {
    const auto found =
        reader.read(row.mail, {.reverse_path = std::string(row.reverse_path), .recipient = ""});
    EXPECT_EQ(found.reporting_mta == "inner.example.net", row.want) << row.name;
    EXPECT_EQ(name(certainty(found)), "guessed") << row.name;
  }
}

// The fields of the outer report count.
TEST(ReaderRules, ReadsAReportThatReturnsAReport) {
  const std::string mail =
      "From: MAILER-DAEMON@outer.example.net\nSubject: Undeliverable\n"
      "Content-Type: multipart/report; boundary=o\n\n--o\nContent-Type: message/delivery-status\n\n"
      "Reporting-MTA: dns; outer.example.net\n\nFinal-Recipient: rfc822; dora@example.com\nAction: failed\n\n"
      "--o\nContent-Type: message/rfc822\n\n" +
      std::string(kReport) + "\n--o--\n";
  EXPECT_EQ(Reader().read(mail, kNull).reporting_mta, "outer.example.net");
}

// getmail puts a header of its own and an empty line before what it fetched, if that begins with a byte order
// mark or with an empty line.
TEST(ReaderRules, BeginsBehindTheHeaderThatAProgramPutBefore) {
  const std::string marked = "\xEF\xBB\xBF" + std::string(kReport);
  const struct {
    const char* name;
    std::string mail;
    Kind want;
  } rows[] = {
      {"no mark", "Received: by a\n\n" + std::string(kReport), Kind::DsnFailed},
      {"no mark, a header of getmail's", "X-getmail-retrieved-from-mailbox: INBOX\n\n" + std::string(kReport),
       Kind::DsnFailed},
      {"empty lines", "Received: by a\r\n\r\n\r\n\r\n" + std::string(kReport), Kind::DsnFailed},
      {"no mark behind another header", "Received: by a\nSubject: c\n\n" + std::string(kReport), Kind::None},
      {"no mark, text",
       "Received: by a\n\nUndeliverable mail: this is what I got.\n\n" + std::string(kReport), Kind::None},
      {"a mark alone", marked, Kind::DsnFailed},
      {"a mark that was encoded twice", "Received: by a\n\n\xC3\xAF\xC2\xBB\xC2\xBF" + std::string(kReport),
       Kind::DsnFailed},
      {"a mark behind a trace", "Received: by a\nDelivered-To: b\nReturn-Path: <>\n\n" + marked,
       Kind::DsnFailed},
      {"a mark behind another header", "Received: by a\nSubject: c\n\n" + marked, Kind::None},
      {"a mark that begins nothing", "Received: by a\n\n\xEF\xBB\xBF", Kind::None},
  };
  Reader reader;
  for (const auto& row : rows) {
    EXPECT_EQ(name(reader.read(row.mail, {}).kind), name(row.want)) << row.name;
    if (row.want != Kind::None) EXPECT_TRUE(reader.can_be_response(row.mail)) << row.name;
  }
}

TEST(ReaderRules, SaysThatOrdinaryMailWasCut) {
  Reader reader;
  const std::string mail = "From: jo@example.net\nSubject: Plans\n\nSee you.\n";
  const auto found = reader.read(mail, kNull, Extent::Start);
  EXPECT_EQ(name(found.kind), "none");
  EXPECT_TRUE(found.truncated);
  EXPECT_TRUE(
      reader.read(mail, {.reverse_path = "jo@example.net", .recipient = ""}, Extent::Start).truncated);
  EXPECT_FALSE(reader.read(mail, kNull).truncated);
}

TEST(ReaderRules, FindsTheReportingHost) {
  const auto text = [](std::string_view words, std::string_view from = "MAILER-DAEMON@from.example.net",
                       std::string_view more = "") {
    return fmt::format(
        "From: {}\nTo: ann@example.org\nSubject: Undeliverable\n{}\n{}\n\ncarl@example.com: over quota\n",
        from, more, words);
  };
  const struct {
    const char* name;
    std::string mail;
    std::string_view want;
  } rows[] = {
      {"in the text", text("This is the mail system at host a.example.net."), "a.example.net"},
      {"the first that is listed", text("Message from b.example.net, by the program at a.example.net."),
       "a.example.net"},
      {"before marks", text("Generating server: a.example.net.:"), "a.example.net"},
      {"a word is none", text("This is a message from us."), "from.example.net"},
      {"within 2000 bytes", text(std::string(1972, 'x') + " message from a.example.net"), "a.example.net"},
      {"past them", text(std::string(1988, 'x') + " message from a.example.net"), "from.example.net"},
      {"in From", text("It failed."), "from.example.net"},
      {"in Message-ID", text("It failed.", "MAILER-DAEMON <>", "Message-ID: <1@id.example.net>\n"),
       "id.example.net"},
      {"From before Message-ID",
       text("It failed.", "MAILER-DAEMON@from.example.net", "Message-ID: <1@id.example.net>\n"),
       "from.example.net"},
      {"nowhere", text("It failed.", "MAILER-DAEMON <>", "Message-ID: 1\n"), ""},
  };
  Reader reader;
  for (const auto& row : rows) EXPECT_EQ(reader.read(row.mail, kNull).reporting_mta, row.want) << row.name;
}

struct CompleteRow {
  const char* name;
  std::string_view fields;
  std::string_view text;
  std::string_view want;  ///< status, where it is from, reason, host
};

TEST(ReaderRules, CompletesARecipientFromItsWords) {
  const CompleteRow rows[] = {
      {"the field's status before that of the words", "Status: 5.2.2\nDiagnostic-Code: smtp; 550 5.1.1 x\n",
       "", "5.2.2 field mailbox-full -"},
      {"the words' status before their code", "Diagnostic-Code: smtp; 550 5.1.1 x\n", "",
       "5.1.1 diagnostic user-unknown -"},
      {"the words' code", "Diagnostic-Code: smtp; 552 x\n", "", "5.0.0 smtp-code mailbox-full -"},
      {"nothing", "", "", "-  unknown -"},
      {"the words of the text, for one recipient", "", "Mailbox full.\n", "-  mailbox-full -"},
      {"its own words before those", "Diagnostic-Code: smtp; user unknown\n", "Mailbox full.\n",
       "-  user-unknown -"},
      {"its status before those", "Status: 5.1.1\n", "The mail was rejected by policy.\n",
       "5.1.1 field user-unknown -"},
      {"words of another field tell", "Diagnostic-Code: smtp; 550 rejected\nX-Info: user unknown\n", "",
       "5.0.0 smtp-code user-unknown -"},
      {"its own words tell", "Diagnostic-Code: smtp; 550 mailbox full\nX-Info: user unknown\n", "",
       "5.0.0 smtp-code mailbox-full -"},
      {"another field before the text", "X-Info: user unknown\n", "Mailbox full.\n", "-  user-unknown -"},
      {"a remark of Postfix", "Diagnostic-Code: smtp; 550 x (in reply to RCPT TO command)\n", "",
       "5.0.0 smtp-code unknown -"},
      {"a footer", "Status: 5.0.0\n", "x\n\n___\nA mailing list for spam. Unsubscribe.\n",
       "5.0.0 field unknown -"},
      {"the host in its words", "Diagnostic-Code: smtp; host a.example.net said: 550 x\n", "",
       "5.0.0 smtp-code unknown a.example.net"},
      {"the field's host before it",
       "Remote-MTA: dns; b.example.net\nDiagnostic-Code: smtp; host a.example.net said: 550 x\n", "",
       "5.0.0 smtp-code unknown b.example.net"},
  };
  Reader reader;
  for (const CompleteRow& row : rows) {
    const std::string mail = fmt::format(
        "From: MAILER-DAEMON@a.example.net\nSubject: Report\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\n\n{}\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; "
        "carl@example.com\nAction: failed\n{}\n--b--\n",
        row.text, row.fields);
    const auto found = reader.read(mail, kNull);
    ASSERT_EQ(found.recipients.size(), 1U) << row.name;
    const Recipient& one = found.recipients[0];
    EXPECT_EQ(fmt::format("{} {} {} {}", one.status.empty() ? "-" : one.status, name(one.status_from),
                          name(one.reason), one.remote_mta.empty() ? "-" : one.remote_mta),
              row.want)
        << row.name;
  }
}

TEST(ReaderRules, GivesReasonsToFailuresAndDelays) {
  const struct {
    std::string_view action;
    std::string_view words;
    Reason want;
  } rows[] = {
      {"failed", "mailbox full", Reason::MailboxFull},
      {"delayed", "mailbox full", Reason::MailboxFull},
      {"delivered", "mailbox full", Reason::Unknown},
      {"relayed", "mailbox full", Reason::Unknown},
      {"expanded", "mailbox full", Reason::Unknown},
      // In a delay, words that only tell the time count less.
      {"failed", "retry timeout exceeded: connection refused", Reason::Expired},
      {"delayed", "retry timeout exceeded: connection refused", Reason::NetworkError},
      {"delayed", "retry timeout exceeded", Reason::Expired},
  };
  Reader reader;
  for (const auto& row : rows) {
    const std::string mail = fmt::format(
        "From: MAILER-DAEMON@a.example.net\nSubject: Report\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\n\nSee below.\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; "
        "carl@example.com\nAction: {}\nDiagnostic-Code: x-local; {}\n\n--b--\n",
        row.action, row.words);
    const auto found = reader.read(mail, kNull);
    ASSERT_EQ(found.recipients.size(), 1U) << row.action;
    EXPECT_EQ(name(found.recipients[0].reason), name(row.want)) << row.action << ": " << row.words;
  }
}

TEST(ReaderRules, KeepsTheReasonOfAComplaint) {
  const std::string mail =
      "From: a@example.net\nSubject: Report\nContent-Type: multipart/report; report-type=feedback-report; "
      "boundary=b\n\n--b\n\nMailbox full.\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: "
      "abuse\n"
      "Original-Rcpt-To: carl@example.com\n\n--b--\n";
  const auto found = Reader().read(mail, kNull);
  ASSERT_EQ(found.recipients.size(), 1U);
  EXPECT_EQ(name(found.recipients[0].reason), "spam");
}

// The words of the text may be about either of them.
TEST(ReaderRules, GivesTheTextsReasonToASingleRecipient) {
  const std::string mail =
      "From: MAILER-DAEMON@a.example.net\nSubject: Report\nContent-Type: multipart/report; boundary=b\n\n"
      "--b\n\nMailbox full.\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; "
      "carl@example.com\nAction: failed\n\nFinal-Recipient: rfc822; dora@example.com\nAction: "
      "failed\n\n--b--\n";
  const auto found = Reader().read(mail, kNull);
  ASSERT_EQ(found.recipients.size(), 2U);
  for (const auto& recipient : found.recipients) EXPECT_EQ(name(recipient.reason), "unknown");
}

TEST(ReaderRules, SeeksNoReasonInStandingWords) {
  const std::string mail =
      "From: MAILER-DAEMON@a.example.net\nSubject: Report\nContent-Type: multipart/report; boundary=b\n\n"
      "--b\n\nAfter one or more unsuccessful delivery attempts the attached message has been removed from "
      "the "
      "mail queue on this server. The number and frequency of delivery attempts are determined by local "
      "configuration.\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; "
      "carl@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n\n--b--\n";
  const auto found = Reader().read(mail, kNull);
  ASSERT_EQ(found.recipients.size(), 1U);
  EXPECT_EQ(name(found.recipients[0].reason), "unknown");
}

TEST(ReaderRules, TakesFromTheShownSessionWhoWasRefused) {
  const auto found = Reader().read(
      "From: MAILER-DAEMON@a.example.net\nSubject: Permanent Delivery Failure\n\n"
      "The attached message had PERMANENT fatal delivery errors!\n\n--- Session Transcript ---\n"
      " Mon 2026-11-02 10:12:02: --> RCPT To:<carl@example.com>\n"
      " Mon 2026-11-02 10:12:02: <-- 550 5.1.1 <dora@example.com>, Recipient unknown\n"
      "--- End Transcript ---\n",
      kNull);
  ASSERT_EQ(found.recipients.size(), 1U);
  EXPECT_EQ(found.recipients[0].address, "carl@example.com");
  EXPECT_EQ(name(found.recipients[0].reason), "user-unknown");
}

// Products that serve a single domain omit it.
TEST(ReaderRules, AddsTheReportersDomain) {
  const std::string mail =
      "From: MAILER-DAEMON@aol.example.net\nTo: ann@example.org\nSubject: Undeliverable\n\nYour mail to the "
      "following recipients could not be delivered because they are not accepting mail from you:\n\ncarl17\n";
  const auto found = Reader().read(mail, kNull);
  ASSERT_EQ(found.recipients.size(), 1U);
  EXPECT_EQ(found.recipients[0].address, "carl17@aol.example.net");
}

// The Message-ID of the report's fields is kept if the returned header has none.
TEST(ReaderRules, CompletesTheOriginalFromTheFields) {
  const auto receipt = [](std::string_view returned) {
    return fmt::format(
        "From: carl@example.com\nSubject: Read\nContent-Type: multipart/report; "
        "boundary=b\n\n--b\n\nRead.\n\n"
        "--b\nContent-Type: message/disposition-notification\n\nOriginal-Message-ID: <fields@example.org>\n"
        "Final-Recipient: rfc822; carl@example.com\n\n--b\nContent-Type: text/rfc822-headers\n\n{}\n--b--\n",
        returned);
  };
  const struct {
    std::string_view returned;
    std::string_view want_id;
    FoundIn want_found_in;
  } rows[] = {
      {"", "fields@example.org", FoundIn::ReportFields},
      {"Subject: Plans\n", "fields@example.org", FoundIn::Rfc822Headers},
      {"Message-ID: <returned@example.org>\n", "returned@example.org", FoundIn::Rfc822Headers},
  };
  for (const auto& row : rows) {
    const auto found = Reader().read(receipt(row.returned), kNull);
    ASSERT_TRUE(found.original) << row.returned;
    EXPECT_EQ(found.original->message_id, row.want_id) << row.returned;
    EXPECT_EQ(name(found.original->found_in), name(row.want_found_in)) << row.returned;
  }
}

// Gmail names the original in the report alone.
TEST(ReaderRules, AReportNamesTheOriginal) {
  const auto bounce = [](std::string_view returned) {
    return fmt::format(
        "From: mailer-daemon@example.net\nSubject: Failure\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.net\n"
        "X-Original-Message-ID: <fields@example.org>\n\nFinal-Recipient: rfc822; carl@example.com\n"
        "Action: failed\nStatus: 5.1.1\n\n{}--b--\n",
        returned);
  };
  const auto found = Reader().read(bounce({}), kNull);
  ASSERT_TRUE(found.original);
  EXPECT_EQ(found.original->message_id, "fields@example.org");
  EXPECT_EQ(name(found.original->found_in), name(FoundIn::ReportFields));
  EXPECT_EQ(found.answered_ids, std::vector<std::string>{"fields@example.org"});
  const auto returned = Reader().read(
      bounce("--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <returned@example.org>\n\n"), kNull);
  ASSERT_TRUE(returned.original);
  EXPECT_EQ(returned.original->message_id, "returned@example.org");
}

struct ListRow {
  const char* name;
  std::string_view own;       // fields of the response
  std::string_view returned;  // fields of the original
  std::string_view want;
};

TEST(ListId, IsThatOfTheAnsweredMail) {
  const ListRow rows[] = {
      {"none", "", "", ""},
      {"of the original", "", "List-Id: Our news <news.example.org>\n", "news.example.org"},
      {"without brackets", "", "List-Id: news.example.org\n", "news.example.org"},
      {"folded", "", "List-Id: \"Our news\"\n <news.example.org>\n", "news.example.org"},
      {"of the response alone", "List-Id: <postmasters.example.net>\n", "", "postmasters.example.net"},
      {"of both", "List-Id: <postmasters.example.net>\n", "List-Id: <news.example.org>\n",
       "news.example.org"},
  };
  for (const auto& row : rows) {
    std::string mail = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\n";
    mail.append(row.own)
        .append(
            "Date: Mon, 23 Nov 2026\n 10:00:00 +0000\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            "Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1\n\n"
            "--b\nContent-Type: text/rfc822-headers\n\nFrom: ann@example.org\nSubject: Hello\n")
        .append(row.returned)
        .append("\n--b--\n");
    const auto response = Reader().read(mail);
    EXPECT_EQ(response.kind, Kind::DsnFailed) << row.name;
    EXPECT_EQ(response.list_id, row.want) << row.name;
    EXPECT_EQ(response.date, "Mon, 23 Nov 2026 10:00:00 +0000") << row.name;
  }
}

TEST(ListId, OfANoticeIsItsOwn) {
  const auto response = Reader().read(
      "From: list-owner@lists.example.net\nTo: ann@example.org\nSubject: Your message to news awaits "
      "moderator "
      "approval\nX-List-Administrivia: yes\nList-Id: <news.lists.example.net>\nAuto-Submitted: auto-replied\n"
      "X-Mailman-Version: 2.1.39\nPrecedence: bulk\nMIME-Version: 1.0\n"
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nYour mail to 'news' is being held until the list "
      "moderator can review it for approval.\n--b\nContent-Type: message/rfc822\n\nFrom: ann@example.org\n"
      "Subject: Hello\nList-Id: <other.example.org>\n\nHello\n--b--\n");
  EXPECT_EQ(response.kind, Kind::ListNotice);
  EXPECT_EQ(response.list_id, "news.lists.example.net");
  EXPECT_EQ(response.format, "Mailman hold");
}

}  // namespace
}  // namespace backstop::response
